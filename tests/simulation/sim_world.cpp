#include "tests/simulation/sim_world.h"

#include <algorithm>

#include "daemon/core/configs.h"
#include "daemon/core/names.h"

namespace flotilla::simulation {
namespace {

constexpr int kStepSeconds = 10;
constexpr int kHeartbeatSeconds = 30;
constexpr int kChaosSteps = 6 * 360;
constexpr int kCalmSteps = 8 * 360;
constexpr int kSampled = 20;
constexpr std::uint32_t kRollouts = 5;

Digest digest_of(std::uint32_t counter) {
  Digest digest;
  digest.bytes.fill(static_cast<std::uint8_t>(counter));
  return digest;
}

core::Release release_of(const Image& image) {
  core::Release release;
  release.version = image.version;
  release.manifest.product = Name{"sensor"};
  (void)release.manifest.hardware.push_back(Name{"d1-mini"});
  release.manifest.version = VersionText{image.version};
  release.manifest.release_counter = image.counter;
  release.manifest.security_floor = image.floor;
  release.manifest.image_size = 1000;
  release.manifest.image_sha256 = image.sha256;
  release.signed_manifest = "signed";
  return release;
}

core::RolloutPolicy policy_of(Random& random) {
  core::RolloutPolicy policy;
  policy.waves = {{1, false}, {static_cast<std::uint32_t>(between(random, 20, 60)), true}, {100, true}};
  policy.success_percent = static_cast<std::uint32_t>(between(random, 40, 100));
  policy.failure_limit = static_cast<std::uint32_t>(between(random, 1, 5));
  policy.soak_seconds = static_cast<std::uint32_t>(between(random, 0, 300));
  policy.at_once = once_in(random, 2) ? static_cast<std::uint32_t>(between(random, 1, 4)) : 0;
  return policy;
}

Reason hindrance_of(Random& random) {
  constexpr Reason kHindrances[] = {Reason::Unfit, Reason::LowMemory, Reason::NoTime};
  return kHindrances[random() % 3];
}

ConfigFault config_fault_of(Random& random) {
  switch (random() % 6) {
    case 0: return ConfigFault::WrongWifi;
    case 1: return ConfigFault::WrongBroker;
    case 2: return ConfigFault::Rejected;
    default: return ConfigFault::None;
  }
}

ImageFault fault_of(Random& random) {
  switch (random() % 10) {
    case 0: return ImageFault::SelfTestFails;
    case 1: return ImageFault::Crashes;
    case 2: return ImageFault::NoNetwork;
    case 3: return ImageFault::Hangs;
    default: return ImageFault::None;
  }
}

}  // namespace

SimWorld::SimWorld(std::uint64_t seed) : random_(seed) {
  config_.seed = seed;
  const Image first{.version = "1.1.0", .sha256 = digest_of(1), .counter = 1, .floor = 0, .fault = ImageFault::None};
  images_[first.version] = first;
  const auto count = between(random_, 3, 12);
  for (std::int64_t i = 0; i < count; ++i) {
    devices_.emplace_back("esp-" + std::to_string(i), first, static_cast<std::uint32_t>(random_() % 1'000'000'000));
    devices_.back().stuck = once_in(random_, 25);
    devices_.back().deaf = once_in(random_, 25);
  }
  away_until_.resize(devices_.size());
  next_heartbeat_.resize(devices_.size());
  start_daemon();
}

Summary SimWorld::run() {
  for (int i = 0; i < kChaosSteps && checks_.violation().empty(); ++i) step();
  calm_down();
  for (int i = 0; i < kCalmSteps && checks_.violation().empty() && !quiet(); ++i) step();
  if (fleet_ != nullptr) {
    checks_.at_the_end(*fleet_, now_);
    for (const core::Rollout* rollout : fleet_->rollouts()) {
      ++summary_.rollouts[std::string{core::to_string(rollout->state)}];
    }
  }
  summary_.configs = checks_.config_ends();
  summary_.checks = checks_.count();
  summary_.violation = checks_.violation();
  return summary_;
}

template <typename Call>
void SimWorld::event(Call what) {
  if (fleet_ == nullptr) return;
  core::Effects out;
  what(*fleet_, out);
  const bool killed_before = !calm_ && once_in(random_, 4000);
  const bool killed_after = !calm_ && once_in(random_, 4000);
  if (!killed_before) {
    ledger_.apply(*fleet_, out);
    checks_.committed(*fleet_, out);
    outbox_.insert(out.publish.begin(), out.publish.end());
  }
  if (killed_before || killed_after) {
    fleet_.reset();
    subscribed_ = false;
    daemon_back_ = now_.mono_ms + 1000 * (once_in(random_, 4) ? between(random_, 0, 7200) : between(random_, 0, 60));
    return;
  }
  flush_outbox();
}

void SimWorld::flush_outbox() {
  if (!broker_up_ || !subscribed_) return;
  for (const auto& id : outbox_) {
    const core::Order* order = fleet_->desired_order(id);
    if (order == nullptr) {
      retained_.erase(id);
      continue;
    }
    checks_.published(id, *order);
    retained_[id] = *order;
    if (const Digest* config = fleet_->fetchable_config(id)) retained_configs_[id] = *config;
  }
  outbox_.clear();
}

void SimWorld::start_daemon() {
  fleet_ = std::make_unique<core::Fleet>(config_, ledger_.snapshot());
  checks_.saved(*fleet_, ledger_);
  ++summary_.restarts;
  subscribed_ = false;
  for (const auto& entry : images_) {
    event(
        [&](core::Fleet& fleet, core::Effects& out) { (void)fleet.add_release(release_of(entry.second), now_, out); });
  }
}

void SimWorld::move_broker() {
  if (broker_up_ && !calm_ && once_in(random_, 300)) {
    ++summary_.outages;
    broker_up_ = false;
    broker_back_ = now_.mono_ms + 1000 * (once_in(random_, 6) ? between(random_, 0, 5400) : between(random_, 5, 300));
    if (once_in(random_, 2)) retained_.clear();
    posts_.clear();
    if (subscribed_) event([this](core::Fleet& fleet, core::Effects& out) { fleet.broker_down(now_, out); });
    subscribed_ = false;
  }
  if (!broker_up_ && now_.mono_ms >= broker_back_) broker_up_ = true;
}

void SimWorld::move_daemon() {
  if (fleet_ == nullptr && now_.mono_ms >= daemon_back_) start_daemon();
  if (!calm_ && now_.wall_trusted && once_in(random_, 700)) {
    now_.wall_trusted = false;
    clock_trusted_again_ = now_.mono_ms + 1000 * between(random_, 60, 1200);
  }
  if (now_.mono_ms >= clock_trusted_again_) now_.wall_trusted = true;
  if (fleet_ != nullptr && broker_up_ && !subscribed_ && once_in(random_, 2)) {
    subscribed_ = true;
    event([this](core::Fleet& fleet, core::Effects& out) { fleet.broker_up(now_, out); });
  }
}

void SimWorld::send(std::size_t index) {
  SimDevice& device = devices_[index];
  device.told();
  next_heartbeat_[index] = now_.mono_ms + 1000 * between(random_, kHeartbeatSeconds - 5, kHeartbeatSeconds + 5);
  if (!calm_ && once_in(random_, 10)) return;  // lost
  const auto beat = device.heartbeat();
  posts_.push_back({now_.mono_ms, device.id(), beat});
  // Redelivered later, behind newer ones.
  if (!calm_ && once_in(random_, 30))
    posts_.push_back({now_.mono_ms + 1000 * between(random_, 10, 90), device.id(), beat});
}

void SimWorld::move_device(std::size_t index) {
  SimDevice& device = devices_[index];
  if (!calm_) {
    if (once_in(random_, 250))
      away_until_[index] = now_.mono_ms + 1000 * between(random_, 10, once_in(random_, 4) ? 5400 : 240);
    if (once_in(random_, 400)) device.power_cut();
    if (once_in(random_, 6000)) device.lose_journal();
    if (once_in(random_, device.deferring ? 60 : 1500)) device.deferring = !device.deferring;
    if (once_in(random_, device.hindrance != Reason::None ? 100 : 1500)) {
      device.hindrance = device.hindrance == Reason::None ? hindrance_of(random_) : Reason::None;
    }
  }
  const bool online = now_.mono_ms >= away_until_[index];
  const bool connected = online && broker_up_ && device.can_talk();
  const auto retained = retained_.find(device.id());
  const bool own_order = retained != retained_.end() && retained->second.kind != core::OrderKind::Cancel &&
                         retained->second.attempt == device.attempt();
  device.step(random_, kStepSeconds, connected, broker_up_, own_order);
  if (!online || !broker_up_ || !device.can_talk()) return;
  if (retained != retained_.end() && once_in(random_, 2)) {
    const core::Order& order = retained->second;
    device.receive(order, images_[order.kind == core::OrderKind::Install ? order.release : "1.1.0"],
                   configs_[retained_configs_[device.id()]], now_.wall);
  }
  if (device.has_news() || now_.mono_ms >= next_heartbeat_[index]) send(index);
}

void SimWorld::deliver() {
  if (fleet_ == nullptr || !subscribed_) return;  // the broker keeps them for the session
  std::deque<Post> later;
  std::deque<Post> due;
  for (auto& post : posts_) (post.at <= now_.mono_ms ? due : later).push_back(post);
  posts_ = later;
  for (const auto& post : due) {
    event(
        [&, this](core::Fleet& fleet, core::Effects& out) { fleet.heartbeat(post.device, post.heartbeat, now_, out); });
  }
}

void SimWorld::start_rollout() {
  const auto version = "1." + std::to_string(next_release_) + ".0";
  const bool raises_floor = once_in(random_, 3);
  // Now and then somebody signs a new version with an old counter.
  const std::uint32_t counter = once_in(random_, 5) ? 1 : next_release_;
  images_[version] = {.version = version,
                      .sha256 = digest_of(next_release_),
                      .counter = counter,
                      .floor = raises_floor ? counter : 0,
                      .fault = fault_of(random_)};
  ++next_release_;
  event([&, this](core::Fleet& fleet, core::Effects& out) {
    (void)fleet.add_release(release_of(images_.at(version)), now_, out);
    core::RolloutSpec spec;
    spec.release = version;
    spec.policy = policy_of(random_);
    spec.actor = "sim";
    (void)fleet.start_rollout(spec, now_, out);
  });
}

void SimWorld::order_config() {
  const std::string& id = devices_[random_() % devices_.size()].id();
  if (once_in(random_, 6)) {
    return event(
        [&, this](core::Fleet& fleet, core::Effects& out) { (void)fleet.withdraw_config(id, "sim", now_, out); });
  }
  Digest sha256;
  sha256.bytes[0] = static_cast<std::uint8_t>(next_config_);
  sha256.bytes[1] = static_cast<std::uint8_t>(next_config_ >> 8U);
  sha256.bytes[2] = 1;
  ++next_config_;
  configs_[sha256] = config_fault_of(random_);
  event([&, this](core::Fleet& fleet, core::Effects& out) {
    (void)fleet.update_config({id, "sensor", "d1-mini", sha256, "sim"}, now_, out);
  });
}

void SimWorld::operate() {
  if (fleet_ == nullptr) return;
  if (!calm_ && once_in(random_, 40)) order_config();
  if (fleet_ == nullptr) return;  // killed while it took the order
  const auto rollouts = fleet_->rollouts();
  const core::RolloutState state = rollouts.empty() ? core::RolloutState::Completed : rollouts.front()->state;
  const core::RolloutId id = rollouts.empty() ? 0 : rollouts.front()->id;
  const bool over = state == core::RolloutState::Completed || state == core::RolloutState::Aborted ||
                    state == core::RolloutState::Halted;
  const auto act = [&, this](auto what) {
    event([&, this](core::Fleet& fleet, core::Effects& out) { (void)(fleet.*what)(id, "sim", now_, out); });
  };
  if (state == core::RolloutState::Paused && once_in(random_, calm_ ? 2 : 60)) return act(&core::Fleet::resume);
  if (calm_) return;
  if (state == core::RolloutState::Halted && once_in(random_, 120)) return act(&core::Fleet::resume);
  if (over && next_release_ < 2 + kRollouts && once_in(random_, 60)) return start_rollout();
  if (state == core::RolloutState::Running && once_in(random_, 300)) return act(&core::Fleet::pause);
  if (!over && once_in(random_, 1500)) act(&core::Fleet::abort);
}

void SimWorld::step() {
  ++summary_.steps;
  now_.mono_ms += kStepSeconds * 1000;
  now_.wall += kStepSeconds;
  move_broker();
  move_daemon();
  for (std::size_t i = 0; i < devices_.size(); ++i) move_device(i);
  deliver();
  event([this](core::Fleet& fleet, core::Effects& out) { fleet.tick(now_, out); });
  operate();
  if (fleet_ == nullptr) return;
  checks_.after_step(*fleet_, devices_);
  if (subscribed_ && outbox_.empty()) checks_.retained(*fleet_, retained_);
  if (summary_.steps % kSampled == 0) checks_.saved(*fleet_, ledger_);
}

void SimWorld::calm_down() {
  calm_ = true;
  broker_back_ = 0;
  daemon_back_ = 0;
  clock_trusted_again_ = 0;
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    away_until_[i] = 0;
    devices_[i].stuck = devices_[i].deaf = devices_[i].deferring = false;
    devices_[i].hindrance = Reason::None;
    devices_[i].power_cut();
  }
}

bool SimWorld::quiet() const {
  if (fleet_ == nullptr) return false;
  const auto devices = fleet_->devices();
  const auto rollouts = fleet_->rollouts();
  return std::none_of(devices.begin(), devices.end(),
                      [](const core::Device* device) {
                        return device->order.has_value() || (device->config && core::is_open(device->config->state));
                      }) &&
         std::all_of(rollouts.begin(), rollouts.end(), [](const core::Rollout* rollout) {
           return rollout->state == core::RolloutState::Completed || rollout->state == core::RolloutState::Halted ||
                  rollout->state == core::RolloutState::Aborted;
         });
}

}  // namespace flotilla::simulation
