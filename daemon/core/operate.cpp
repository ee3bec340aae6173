#include "daemon/core/operate.h"

#include "daemon/core/names.h"
#include "daemon/core/orders.h"
#include "daemon/core/planner.h"
#include "daemon/core/waves.h"

namespace flotilla::core {
namespace {

void retract_orders(World& world, Turn& turn, Book& book) {
  for (Member& member : book.members) {
    if (member.state == MemberState::Ordered) {
      withdraw_unaccepted(world, turn, member);
      // An order without effect was no attempt.
      if (member.attempts > 0) --member.attempts;
      world.move(turn, member, MemberEvent::Retract, Reason::None, "the order was taken back");
    }
    if (member.state == MemberState::Ready) world.set_deadline(turn, member, std::nullopt);
  }
}

Error impossible(const Book& book, RolloutEvent event) {
  return {ErrorCode::Conflict,
          "rollout " + std::to_string(book.row.id) + " is " + std::string{to_string(book.row.state)},
          "only another state can be followed by " + std::string{to_string(event)} + "; `flotilla rollout show " +
              std::to_string(book.row.id) + "` tells more"};
}

Error held(const std::string& device, RolloutId by) {
  const auto id = std::to_string(by);
  return {ErrorCode::Conflict, "device " + device + " is held by rollout " + id,
          "wait for rollout " + id + ", abort it, or leave the device out"};
}

// The devices meant: those named, or all that fit the release.
Result<std::vector<const Device*>, Error> choose(World& world, const RolloutSpec& spec, const Release& release) {
  std::vector<const Device*> chosen;
  if (spec.devices.empty()) {
    for (const auto& [id, device] : world.devices) {
      if (fits(device, release)) chosen.push_back(&device);
    }
    return chosen;
  }
  for (const auto& id : std::set<std::string>{spec.devices.begin(), spec.devices.end()}) {
    const Device* device = world.device(id);
    if (device == nullptr) {
      return Error{ErrorCode::NotFound, "no device " + id, "`flotilla device list` shows the known ones"};
    }
    chosen.push_back(device);
  }
  return chosen;
}

std::optional<Error> held_by_another(World& world, const Book& book) {
  for (const Member& member : book.members) {
    if (is_decided(member.state)) continue;
    if (const auto by = world.holder(member.device); by != 0 && by != book.row.id) return held(member.device, by);
  }
  return std::nullopt;
}

// No device is left, and some of them for want of slots: nothing of that kind will be different tomorrow.
std::optional<Error> only_without_slots(const Plan& planned, const Release& release) {
  std::vector<std::string> without;
  for (const Member& member : planned.members) {
    if (member.why == Reason::NoSlots) without.push_back(member.device);
  }
  if (planned.targets > 0 || without.empty()) return std::nullopt;
  return Error{ErrorCode::InvalidArgument,
               "no device can take release " + release.version + ": " + std::string{explain(Reason::NoSlots)} + " on " +
                   name_some(without),
               "such boards are updated by cable; leave them out, or give them a larger flash"};
}

}  // namespace

Result<RolloutId, Error> start_rollout(World& world, Turn& turn, const RolloutSpec& spec) {
  const Release* release = world.release(spec.release);
  if (release == nullptr) {
    return Error{ErrorCode::NotFound, "no release " + spec.release, "`flotilla release list` shows the known ones"};
  }
  auto policy = check_policy(spec.policy, world.config);
  if (!policy) return policy.error();
  auto chosen = choose(world, spec, *release);
  if (!chosen) return chosen.error();
  if (chosen->empty()) {
    return Error{ErrorCode::InvalidArgument, "no known device is a target of release " + spec.release,
                 "its product and hardware must be those that the devices report"};
  }
  Book book;
  book.row.id = world.meta.next_rollout;
  auto planned = plan(book.row.id, *release, *chosen, world.config, turn.now.wall);
  if (auto error = only_without_slots(planned, *release)) return *error;
  book.members = planned.members;
  if (auto error = held_by_another(world, book)) return *error;

  book.row.release = spec.release;
  book.row.policy = *policy;
  book.row.targets = planned.targets;
  book.row.created_at = turn.now.wall;
  book.row.created_by = spec.actor;
  ++world.meta.next_rollout;
  world.clock.forget_unjudged();
  turn.out.meta_changed = true;
  Book& added = world.add_book(std::move(book.row), std::move(book.members));
  for (const Member& member : added.members) turn.out.members.emplace_back(member.rollout, member.device);
  world.move(turn, added, RolloutEvent::Start, RolloutReason::None,
             "release " + spec.release + " to " + std::to_string(planned.targets) + " of " +
                 std::to_string(added.members.size()) + " devices");
  added.row.reason_text.clear();
  return added.row.id;
}

void pause_rollout(World& world, Turn& turn, Book& book, RolloutReason reason, const std::string& text) {
  if (world.move(turn, book, RolloutEvent::Pause, reason, text)) retract_orders(world, turn, book);
}

void halt_rollout(World& world, Turn& turn, Book& book, RolloutReason reason, const std::string& text) {
  if (world.move(turn, book, RolloutEvent::Halt, reason, text)) retract_orders(world, turn, book);
}

void complete_rollout(World& world, Turn& turn, Book& book) {
  if (!world.move(turn, book, RolloutEvent::Complete, RolloutReason::None, "")) return;
  for (Member& member : book.members) {
    if (member.state != MemberState::Waiting) continue;
    world.move(turn, member, MemberEvent::Withdraw, Reason::None, "behind the last wave");
  }
}

Result<Unit, Error> pause_by_operator(World& world, Turn& turn, Book& book) {
  if (!next(book.row.state, RolloutEvent::Pause)) return impossible(book, RolloutEvent::Pause);
  pause_rollout(world, turn, book, RolloutReason::ByOperator, "paused by " + turn.actor);
  return Unit{};
}

Result<Unit, Error> resume_rollout(World& world, Turn& turn, Book& book) {
  if (!next(book.row.state, RolloutEvent::Resume)) return impossible(book, RolloutEvent::Resume);
  if (auto error = held_by_another(world, book)) return *error;
  world.clock.forget_unjudged();
  const bool was_halted = book.row.state == RolloutState::Halted;
  world.move(turn, book, RolloutEvent::Resume, RolloutReason::None, "");
  if (!was_halted) return Unit{};
  for (Member& member : book.members) {
    if (!is_failure(member.state) || member.skip == SkipReason::Forgiven) continue;
    member.skip = SkipReason::Forgiven;
    world.touch(turn, member);
    world.note(turn, member.device, book.row.id, "forgiven", "its failure counts no more");
  }
  book.waves.clear();
  return Unit{};
}

Result<Unit, Error> abort_rollout(World& world, Turn& turn, Book& book) {
  if (!world.move(turn, book, RolloutEvent::Abort, RolloutReason::ByOperator, "aborted by " + turn.actor)) {
    return impossible(book, RolloutEvent::Abort);
  }
  retract_orders(world, turn, book);
  for (Member& member : book.members) {
    if (next(member.state, MemberEvent::Withdraw)) {
      world.move(turn, member, MemberEvent::Withdraw, Reason::None, "the rollout was aborted");
      continue;
    }
    Device* device = world.device(member.device);
    const bool running = device->order && device->order->attempt == member.attempt && device->order->accepted;
    if (!running || device->reported.update_state >= UpdateState::Armed) continue;
    // Emptied at least: where nothing can be signed now, the device's next heartbeat is answered with the Cancel.
    drop_order(world, turn, *device);
    order_cancel(world, turn, *device, member.attempt, book.row.id);
  }
  return Unit{};
}

}  // namespace flotilla::core
