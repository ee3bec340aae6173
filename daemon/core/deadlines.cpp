#include "daemon/core/deadlines.h"

#include <algorithm>

#include "daemon/core/attempt.h"
#include "daemon/core/configs.h"
#include "daemon/core/gates.h"
#include "daemon/core/operate.h"
#include "daemon/core/orders.h"
#include "daemon/core/reconcile.h"

namespace flotilla::core {
namespace {

constexpr std::int64_t kMilli = 1000;

void judge_offline(World& world, Turn& turn, Device& device) {
  world.set_online(turn, device, false);
  for (const auto id : world.live_rollouts(device.id)) {
    Member& member = *world.member(id, device.id);
    if (member.state != MemberState::Soaking) continue;
    // Confirmed and gone: the silence after the reboot, as it were, begins at its last word.
    const auto silent = static_cast<JudgingTime>(world.book(id)->row.policy.silent_seconds) * kMilli;
    world.set_deadline(turn, member, std::max(world.clock.judging(), device.last_heard_judging) + silent);
  }
}

void judge_offline_devices(World& world, Turn& turn) {
  while (!world.offline_queue.empty() && world.offline_queue.begin()->first <= world.clock.judging()) {
    Device& device = *world.device(world.offline_queue.begin()->second);
    world.offline_queue.erase(world.offline_queue.begin());
    if (!device.online) continue;
    const auto due = device.last_heard_judging + world.offline_ms(device);
    if (due > world.clock.judging()) {
      world.offline_queue.emplace(due, device.id);
    } else {
      judge_offline(world, turn, device);
    }
  }
}

std::string seconds_text(std::int64_t milliseconds) { return std::to_string(milliseconds / kMilli) + " s"; }

void ready_is_due(World& world, Turn& turn, const Book& book, Member& member, const Device& device) {
  const auto waits_for = what_it_waits_for(world, turn, book, member);
  if (book.row.state != RolloutState::Running || waits_for.empty()) {
    world.set_deadline(turn, member, std::nullopt);
  } else if (!device.online) {
    skip(world, turn, member, SkipReason::Offline, Reason::None,
         device.first_seen_at == 0
             ? "never heard"
             : "not heard for " + seconds_text(world.clock.judging() - device.last_heard_judging));
  } else {
    skip(world, turn, member, SkipReason::Busy, Reason::None, waits_for);
  }
}

void ordered_is_due(World& world, Turn& turn, Book& book, Member& member, const Device& device) {
  const std::string undelivered = world.pulses[device.id].undelivered;
  if (!device.online) {
    skip(world, turn, member, SkipReason::Offline, Reason::None, "ordered, and not heard since");
  } else if (device.last_heard_at <= member.changed_at) {
    // It sleeps for longer than it was given, and has not had the chance to take the order yet.
    world.set_deadline(turn, member, device.last_heard_judging + world.offline_ms(device));
  } else if (!device.reported.deferred.empty()) {
    skip(world, turn, member, SkipReason::Busy, Reason::None,
         "it put the update off: " + std::string{device.reported.deferred.view()});
  } else if (is_hindrance(member.why)) {
    skip(world, turn, member, SkipReason::Busy, member.why, "it could not take the update: " + member.detail);
  } else if (!undelivered.empty()) {
    pause_rollout(world, turn, book, RolloutReason::BrokerUnstable, device.id + ": " + undelivered);
  } else {
    world.move(turn, member, MemberEvent::TimesOut, Reason::None, "it reports, but did not accept the order in time");
    withdraw_unaccepted(world, turn, member);
  }
}

void working_is_due(World& world, Turn& turn, Member& member, const Device& device) {
  if (device.online && !device.reported.deferred.empty()) {
    skip(world, turn, member, SkipReason::Busy, Reason::None,
         "it put the update off: " + std::string{device.reported.deferred.view()});
    return;
  }
  const auto progress = std::to_string(device.reported.progress_percent) + " %";
  world.move(turn, member, MemberEvent::TimesOut, Reason::None,
             device.online ? "it reports, but does not get on: " + progress : "silent while working, at " + progress);
}

void rebooting_is_due(World& world, Turn& turn, const Book& book, Member& member, const Device& device) {
  if (device.online && !device.reported.deferred.empty()) {
    world.set_deadline(turn, member, world.in_seconds(book.row.policy.order_seconds));
    return;
  }
  world.move(turn, member, MemberEvent::TimesOut, Reason::None,
             device.online ? "it reports, but came to no end of its trial" : "silent after the reboot");
}

// Proven by a report from after the soak, not by the lack of one: due again at each tick until it is heard.
void soaking_is_due(World& world, Turn& turn, Member& member, const Device& device) {
  if (!device.online) {
    world.move(turn, member, MemberEvent::TimesOut, Reason::None, "confirmed, and silent since");
  } else if (!reports_success(world, member)) {
    world.move(turn, member, MemberEvent::Fails, Reason::None, "does not report the image as confirmed any more");
  } else if (device.last_heard_judging >= *member.deadline) {
    world.move(turn, member, MemberEvent::Proves, Reason::None, "");
  }
}

void is_due(World& world, Turn& turn, Book& book, Member& member) {
  const Device& device = *world.device(member.device);
  switch (member.state) {
    case MemberState::Ready: ready_is_due(world, turn, book, member, device); return;
    case MemberState::Ordered: ordered_is_due(world, turn, book, member, device); return;
    case MemberState::Working: working_is_due(world, turn, member, device); return;
    case MemberState::Rebooting:
    case MemberState::Trial: rebooting_is_due(world, turn, book, member, device); return;
    case MemberState::Soaking: soaking_is_due(world, turn, member, device); return;
    case MemberState::Waiting:
    case MemberState::Succeeded:
    case MemberState::Failed:
    case MemberState::RolledBack:
    case MemberState::Refused:
    case MemberState::Unresponsive:
    case MemberState::Lost:
    case MemberState::Skipped:
    case MemberState::Superseded:
    case MemberState::Withdrawn: world.set_deadline(turn, member, std::nullopt); return;
  }
}

void work_off_deadlines(World& world, Turn& turn) {
  const auto now = world.clock.judging();
  std::vector<std::pair<RolloutId, std::string>> due;
  for (const auto& [at, rollout, device] : world.deadlines) {
    if (at > now) break;
    due.emplace_back(rollout, device);
  }
  for (const auto& [rollout, device] : due) {
    Member* member = world.member(rollout, device);
    if (member->deadline && *member->deadline <= now) is_due(world, turn, *world.book(rollout), *member);
  }
}

// After an hour without judgement those that fell silent together are taken for offline: time goes on for the others.
void give_up_on_the_network(World& world, Turn& turn) {
  const auto cause = why_time_stands_still(world, turn.now);
  for (auto& [id, book] : world.books) {
    if (book.row.state != RolloutState::Running) continue;
    pause_rollout(world, turn, book, RolloutReason::BrokerUnstable, "for an hour nobody could be judged: " + cause);
  }
  if (world.silence.crowd_is_silent()) {
    for (const auto& id : world.silence.silent_devices()) judge_offline(world, turn, *world.device(id));
  }
  world.clock.forget_unjudged();
}

}  // namespace

void judge_time(World& world, Turn& turn) {
  if (world.clock.unjudged() >= kUnjudgedLimitMs) give_up_on_the_network(world, turn);
  if (!why_time_stands_still(world, turn.now).empty()) return;
  judge_offline_devices(world, turn);
  work_off_deadlines(world, turn);
}

void remember_outage(World& world) {
  for (const auto& [id, book] : world.books) {
    for (const Member& member : book.members) {
      if (is_in_flight(member.state)) world.pulses[member.device].hit_by_outage = true;
    }
  }
  for (const auto& id : world.open_configs) {
    if (occupies_device(*world.device(id))) world.pulses[id].hit_by_outage = true;
  }
}

std::string why_time_stands_still(const World& world, const Now& now) {
  if (!world.clock.subscribed()) return "the broker is not connected";
  if (const auto left = world.clock.grace_left(now.mono_ms); left > 0) {
    return "just connected to the broker: devices get another " + seconds_text(left + kMilli - 1) + " to report";
  }
  if (world.silence.crowd_is_silent()) {
    return std::to_string(world.silence.silent()) + " of " + std::to_string(world.silence.watched()) +
           " devices fell silent at once: that is the network, not the release";
  }
  return "";
}

}  // namespace flotilla::core
