#include "daemon/core/fleet.h"

#include <algorithm>

#include "common/version.h"
#include "daemon/core/configs.h"
#include "daemon/core/deadlines.h"
#include "daemon/core/gates.h"
#include "daemon/core/operate.h"
#include "daemon/core/orders.h"
#include "daemon/core/reconcile.h"
#include "daemon/core/releases.h"
#include "daemon/core/waves.h"
#include "daemon/core/why.h"
#include "daemon/core/world.h"

namespace flotilla::core {
namespace {

bool is_empty(const Effects& out) {
  return out.devices.empty() && out.releases.empty() && out.rollouts.empty() && out.members.empty() &&
         out.history.empty();
}

Error no_rollout(RolloutId id) {
  return {ErrorCode::NotFound, "no rollout " + std::to_string(id), "`flotilla rollout list` shows the known ones"};
}

// One event: time passes first, and what is to be saved about the clock is known last.
class Event {
 public:
  Event(World& world, const Now& now, Effects& out, const std::string& actor = kDaemon)
      : turn{now, out, actor}, world_(world) {
    const bool crowd_before = world.silence.crowd_is_silent();
    world.clock.advance(now.mono_ms, crowd_before);
    world.silence.advance(world.clock.link());
    if (!crowd_before && world.silence.crowd_is_silent()) remember_outage(world);
    world.meta.judging = world.clock.judging();
  }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  ~Event() {
    const auto unsaved = world_.meta.judging - world_.saved_judging;
    const bool worth_it = !is_empty(turn.out) || unsaved >= world_.config.heartbeat_seconds * std::int64_t{1000};
    if (unsaved == 0 || !worth_it) return;
    turn.out.meta_changed = true;
    world_.saved_judging = world_.meta.judging;
  }

  Turn turn;

 private:
  World& world_;
};

}  // namespace

struct Fleet::State {
  World world;
};

Fleet::Fleet(FleetConfig config, FleetSnapshot snapshot)
    : state_(std::make_unique<State>(State{World(config, std::move(snapshot))})) {}
Fleet::~Fleet() = default;
Fleet::Fleet(Fleet&&) noexcept = default;
Fleet& Fleet::operator=(Fleet&&) noexcept = default;

void Fleet::heartbeat(const std::string& device, const Heartbeat& heartbeat, const Now& now, Effects& out) {
  Event event(state_->world, now, out);
  reconcile(state_->world, event.turn, device, heartbeat);
}

void Fleet::presence(const std::string& device, bool online, const Now& now, Effects& out) {
  Event event(state_->world, now, out);
  Device* known = state_->world.device(device);
  if (known == nullptr) {
    // A new device says "online" before its first heartbeat makes it known.
    state_->world.pulses[device].present = online;
    return;
  }
  if (known->present == online) return;
  known->present = online;
  state_->world.touch(event.turn, *known);
}

void Fleet::broker_up(const Now& now, Effects& out) {
  Event event(state_->world, now, out);
  World& world = state_->world;
  world.clock.broker_up(now.mono_ms);
  remember_outage(world);
  for (const auto& [id, device] : world.devices) {
    if (device.order) publish(world, event.turn, device);
  }
  for (auto& [id, book] : world.books) book.dirty = true;
}

void Fleet::broker_down(const Now& now, Effects& out) {
  Event event(state_->world, now, out);
  state_->world.clock.broker_down();
}

void Fleet::delivery(const std::string& device, const std::string& problem) {
  state_->world.pulses[device].undelivered = problem;
}

void Fleet::tick(const Now& now, Effects& out) {
  Event event(state_->world, now, out);
  World& world = state_->world;
  judge_time(world, event.turn);
  // What else an order may be waiting for: the clock, and the end of a silence.
  const bool may_order = now.wall_trusted && !world.silence.crowd_is_silent();
  const bool changed = may_order != world.could_order;
  world.could_order = may_order;
  conduct_configs(world, event.turn);
  for (auto& [id, book] : world.books) {
    if (book.dirty || changed) conduct(world, event.turn, book);
  }
}

void Fleet::image_unusable(const Digest& image, const std::string& text, const Now& now, Effects& out) {
  Event event(state_->world, now, out);
  for (auto& [id, book] : state_->world.books) {
    const Release* release = state_->world.release(book.row.release);
    if (release == nullptr || release->manifest.image_sha256 != image) continue;
    halt_rollout(state_->world, event.turn, book, RolloutReason::ImageUnusable,
                 "the image of " + book.row.release + " cannot be used: " + text);
  }
}

void Fleet::config_unusable(const Digest& sha256, const std::string& text, const Now& now, Effects& out) {
  Event event(state_->world, now, out);
  core::config_unusable(state_->world, event.turn, sha256, text);
}

Result<Unit, Error> Fleet::announce(const DeviceSpec& spec, const std::string& actor, const Now& now, Effects& out) {
  Event event(state_->world, now, out, actor);
  return announce_device(state_->world, event.turn, spec);
}

Result<Unit, Error> Fleet::add_release(Release release, const Now& now, Effects& out) {
  Event event(state_->world, now, out, release.added_by);
  return core::add_release(state_->world, event.turn, std::move(release));
}

Result<RolloutId, Error> Fleet::start_rollout(const RolloutSpec& spec, const Now& now, Effects& out) {
  Event event(state_->world, now, out, spec.actor);
  auto started = core::start_rollout(state_->world, event.turn, spec);
  if (started) conduct(state_->world, event.turn, *state_->world.book(*started));
  return started;
}

Result<Unit, Error> Fleet::pause(RolloutId id, const std::string& actor, const Now& now, Effects& out) {
  Event event(state_->world, now, out, actor);
  Book* book = state_->world.book(id);
  if (book == nullptr) return no_rollout(id);
  return pause_by_operator(state_->world, event.turn, *book);
}

Result<Unit, Error> Fleet::resume(RolloutId id, const std::string& actor, const Now& now, Effects& out) {
  Event event(state_->world, now, out, actor);
  Book* book = state_->world.book(id);
  if (book == nullptr) return no_rollout(id);
  auto resumed = resume_rollout(state_->world, event.turn, *book);
  if (resumed) conduct(state_->world, event.turn, *book);
  return resumed;
}

Result<Unit, Error> Fleet::abort(RolloutId id, const std::string& actor, const Now& now, Effects& out) {
  Event event(state_->world, now, out, actor);
  Book* book = state_->world.book(id);
  if (book == nullptr) return no_rollout(id);
  return abort_rollout(state_->world, event.turn, *book);
}

Result<Unit, Error> Fleet::check_config(const ConfigSpec& spec) const {
  return core::check_config(state_->world, spec);
}

Result<Unit, Error> Fleet::update_config(const ConfigSpec& spec, const Now& now, Effects& out) {
  Event event(state_->world, now, out, spec.actor);
  return core::update_config(state_->world, event.turn, spec);
}

Result<Unit, Error> Fleet::withdraw_config(const std::string& device, const std::string& actor, const Now& now,
                                           Effects& out) {
  Event event(state_->world, now, out, actor);
  return core::withdraw_config(state_->world, event.turn, device);
}

const FleetMeta& Fleet::meta() const { return state_->world.meta; }
const Device* Fleet::device(const std::string& id) const { return state_->world.device(id); }
const Release* Fleet::release(const std::string& version) const { return state_->world.release(version); }

const Rollout* Fleet::rollout(RolloutId id) const {
  const Book* book = state_->world.book(id);
  return book == nullptr ? nullptr : &book->row;
}

const Member* Fleet::member(RolloutId id, const std::string& device) const { return state_->world.member(id, device); }

std::vector<const Device*> Fleet::devices() const {
  std::vector<const Device*> all;
  for (const auto& [id, device] : state_->world.devices) all.push_back(&device);
  return all;
}

std::vector<const Release*> Fleet::releases() const { return newest_first(state_->world); }

std::vector<const Rollout*> Fleet::rollouts() const {
  std::vector<const Rollout*> all;
  for (const auto& [id, book] : state_->world.books) all.push_back(&book.row);
  std::reverse(all.begin(), all.end());
  return all;
}

std::vector<const Member*> Fleet::members(RolloutId id) const {
  std::vector<const Member*> all;
  if (const Book* book = state_->world.book(id); book != nullptr) {
    for (const Member& member : book->members) all.push_back(&member);
  }
  return all;
}

const Order* Fleet::desired_order(const std::string& device) const {
  const Device* known = state_->world.device(device);
  return known != nullptr && known->order ? &*known->order : nullptr;
}

const Release* Fleet::fetchable(const std::string& device) const {
  const Order* order = desired_order(device);
  return order != nullptr && order->kind == OrderKind::Install ? state_->world.release(order->release) : nullptr;
}

const Digest* Fleet::fetchable_config(const std::string& device) const {
  const Order* order = desired_order(device);
  return order != nullptr && order->kind == OrderKind::UpdateConfig ? config_file(device) : nullptr;
}

const Digest* Fleet::config_file(const std::string& device) const {
  const Device* known = state_->world.device(device);
  return known != nullptr && known->config && is_open(known->config->state) ? &known->config->sha256 : nullptr;
}

std::uint32_t Fleet::wave_of(const Member& member) const {
  Book* book = state_->world.book(member.rollout);
  if (book == nullptr) return 0;
  const auto at = book->index.find(member.device);
  return at == book->index.end() ? 0 : waves_of(*book)[at->second];
}

std::string Fleet::why(const std::string& device, const Now& now) const {
  Effects none;
  return explain_device(state_->world, Turn{now, none}, device);
}

std::string Fleet::judging_stands_still(const Now& now) const { return why_time_stands_still(state_->world, now); }

}  // namespace flotilla::core
