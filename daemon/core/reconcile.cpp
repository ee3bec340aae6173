#include "daemon/core/reconcile.h"

#include "daemon/core/attempt.h"
#include "daemon/core/configs.h"
#include "daemon/core/operate.h"
#include "daemon/core/orders.h"
#include "daemon/core/planner.h"

namespace flotilla::core {
namespace {

// A heartbeat from before the one we have: repeated by the broker, or overtaken. Believed when a second one of that boot
// follows, because then the device itself went back (flashed anew, its counters lost).
bool is_elder(World& world, const Device& device, const Heartbeat& report) {
  const Heartbeat& known = device.reported;
  if (device.first_seen_at == 0) return false;
  const bool older = report.boot_id == known.boot_id ? report.uptime_seconds < known.uptime_seconds
                                                     : report.boot_count < known.boot_count;
  if (!older) return false;
  Pulse& pulse = world.pulses[device.id];
  const bool follows =
      pulse.elder_boot == report.boot_id && pulse.elder_uptime != 0 && report.uptime_seconds + 1 > pulse.elder_uptime;
  pulse.elder_boot = report.boot_id;
  pulse.elder_uptime = follows ? 0 : report.uptime_seconds + 1;
  return !follows;
}

void take_over(World& world, Turn& turn, Device& device, const Heartbeat& report) {
  const bool first = device.first_seen_at == 0;
  device.reported = report;
  device.last_heard_at = turn.now.wall;
  device.last_heard_judging = world.clock.judging();
  if (first) {
    // Zero means never, even where the wall clock says 1970.
    device.first_seen_at = turn.now.wall != 0 ? turn.now.wall : 1;
    device.present = device.present || world.pulses[device.id].present;
    world.note(turn, device.id, 0, "device", "first heard, runs " + std::string{report.running_version.view()});
  }
  world.touch(turn, device);
  world.set_online(turn, device, true);
  world.silence.heard(device.id, world.clock.link(), world.interval_ms(device), world.is_on_trial(device.id));
}

void quarantine(World& world, Turn& turn, Device& device, const Heartbeat& before) {
  const auto text = "it reports sequence " + std::to_string(device.reported.last_sequence) + ", ours is " +
                    std::to_string(device.sequence) + ": quarantined";
  if (before.last_sequence <= device.sequence) world.note(turn, device.id, 0, "quarantine", text);
  for (const auto id : world.live_rollouts(device.id)) {
    Member& member = *world.member(id, device.id);
    if (next(member.state, MemberEvent::Skip)) skip(world, turn, member, SkipReason::Quarantined, Reason::None, text);
  }
  hold_config(world, turn, device);
}

void adopt_attempts(World& world, Turn& turn, AttemptId reported) {
  if (reported < world.meta.next_attempt || reported - world.meta.next_attempt > kMaxSequenceJump) return;
  world.meta.next_attempt = reported + 1;
  turn.out.meta_changed = true;
}

// The device knows more than we do: our state is from a backup, or it had another master.
void adopt_sequence(World& world, Turn& turn, Device& device, const Heartbeat& before, bool first) {
  const Heartbeat& report = device.reported;
  if (report.trust_version != world.config.trust_version) return;
  if (!first && report.last_sequence > device.sequence && report.last_sequence - device.sequence > kMaxSequenceJump) {
    quarantine(world, turn, device, before);
    return;
  }
  adopt_attempts(world, turn, report.attempt_id);
  if (report.last_sequence <= device.sequence) return;
  const auto text = device.id + " knows sequence " + std::to_string(report.last_sequence) + ", ours is " +
                    std::to_string(device.sequence);
  device.sequence = report.last_sequence;
  if (first) return;
  world.note(turn, device.id, 0, "sequence", text + ": adopted");
  const bool still_meant = device.order && device.order->attempt == report.attempt_id;
  if (still_meant) renew(world, turn, device, "above what the device knows");
  distrust_config(world, turn, device, text);
  if (Book* book = world.book(world.holder(device.id)); book != nullptr && book->row.state == RolloutState::Running) {
    pause_rollout(world, turn, *book, RolloutReason::StateFromBackup,
                  text + ": this database is older than the fleet; check it, then resume");
  }
}

// Members under way whose attempt the device no longer knows.
void find_lost_attempts(World& world, Turn& turn, Device& device, std::uint32_t order_sequence) {
  const Heartbeat& report = device.reported;
  for (const auto id : world.live_rollouts(device.id)) {
    Member& member = *world.member(id, device.id);
    if (!is_in_flight(member.state) || member.attempt == report.attempt_id) continue;
    if (member.state == MemberState::Ordered) {
      const bool spent = report.trust_version == world.config.trust_version && report.last_sequence >= order_sequence;
      if (spent)
        give_back(world, turn, member, Reason::None, "the device took the order and does not know it any more");
      continue;
    }
    const Release* release = world.release(world.book(id)->row.release);
    const bool runs_it = release != nullptr && report.running_sha256 == release->manifest.image_sha256;
    if (member.state == MemberState::Soaking && !runs_it) {
      world.move(turn, member, MemberEvent::Fails, Reason::None, "was confirmed, and now reports another image");
      continue;
    }
    if (member.state == MemberState::Soaking && reports_config(device)) continue;  // the image is not its matter
    give_back(world, turn, member, Reason::None, "the device does not know the attempt any more");
  }
}

// As with a deferral: it stays ordered, repeat_order() asks again, and it is not waited for for ever.
void note_hindrance(World& world, Turn& turn, Member& member, Reason why) {
  if (member.why == why) return;
  if (!is_hindrance(member.why)) {
    world.set_deadline(turn, member, world.in_seconds(world.book(member.rollout)->row.policy.order_seconds));
  }
  member.why = why;
  member.detail = explain(why);
  world.touch(turn, member);
  world.note(turn, member.device, member.rollout, "hindrance", std::string{to_string(why)} + ": " + member.detail);
}

void settle_refusal(World& world, Turn& turn, Device& device) {
  const Reason why = device.reported.refusal;
  Member* member = world.member(device.order->rollout, device.id);
  if (member == nullptr || member->state != MemberState::Ordered) {
    drop_order(world, turn, device);
    return;
  }
  if (why == Reason::StaleSequence) {
    renew(world, turn, device, "the device has seen a higher sequence");
    return;
  }
  if (is_hindrance(why)) {
    note_hindrance(world, turn, *member, why);
    return;
  }
  if (why == Reason::NoSlots) {
    skip(world, turn, *member, SkipReason::Unsuitable, why, std::string{explain(why)});
    return;
  }
  if (why == Reason::Expired && member->attempts < kMaxAttempts) {
    // A device without the time gets it soon: not at once again, unless the order is really out of date.
    if (!has_rested(world, device, why) && turn.now.wall < device.order->expires_at) return;
    if (!renew(world, turn, device, "the one before had expired")) return;
    ++member->attempts;
    member->changed_at = turn.now.wall;
    const auto& policy = world.book(member->rollout)->row.policy;
    world.set_deadline(turn, *member, world.in_seconds(policy.accept_seconds));
    world.touch(turn, *member);
    return;
  }
  if (why == Reason::Busy) {
    if (member->attempts < kMaxAttempts) {
      give_back(world, turn, *member, why, "the device is busy with another attempt");
    } else {
      skip(world, turn, *member, SkipReason::Busy, why, "busy with another attempt");
    }
    return;
  }
  drop_order(world, turn, device);
  world.move(turn, *member, MemberEvent::Refuses, why, std::string{explain(why)});
}

void settle_install(World& world, Turn& turn, Device& device) {
  const Heartbeat& report = device.reported;
  const Order& order = *device.order;
  if (report.attempt_id == order.attempt) {
    if (!is_active(report.update_state) && report.update_state != UpdateState::Idle) drop_order(world, turn, device);
  } else if (order.accepted) {
    drop_order(world, turn, device);  // the device has left it
  } else if (report.refused_sequence == order.sequence && report.refusal != Reason::None) {
    settle_refusal(world, turn, device);
  }
}

void settle_cancel(World& world, Turn& turn, Device& device) {
  const Heartbeat& report = device.reported;
  const bool refused = report.refused_sequence == device.order->sequence;
  const bool over = report.attempt_id != device.order->attempt || !is_active(report.update_state);
  if (over || (refused && report.refusal == Reason::WrongAttempt)) {
    drop_order(world, turn, device);
  } else if (refused && report.refusal == Reason::StaleSequence) {
    renew(world, turn, device, "the device has seen a higher sequence");
  }
}

void settle_order(World& world, Turn& turn, Device& device) {
  if (!device.order) return;
  switch (device.order->kind) {
    case OrderKind::Install: settle_install(world, turn, device); return;
    case OrderKind::Cancel: settle_cancel(world, turn, device); return;
    case OrderKind::UpdateConfig: settle_config_order(world, turn, device); return;
  }
}

// The order is out, and the device does not seem to have it, or could not take it. Sent again it is what it was, signed
// anew only where it would be out of date.
void repeat_order(World& world, Turn& turn, Device& device) {
  const Heartbeat& report = device.reported;
  if (!device.order || device.order->accepted || report.last_sequence >= device.order->sequence) return;
  const bool refused = report.refused_sequence == device.order->sequence;
  if (!has_rested(world, device, refused ? report.refusal : Reason::None)) return;
  if (turn.now.wall_trusted && turn.now.wall >= device.order->expires_at) {
    renew(world, turn, device, "the one before had expired");
  } else {
    publish(world, turn, device);
  }
}

// An attempt that runs although it is not in force, and can still be stopped. (A configuration's that goes on has its order
// again by now.)
void answer_foreign_attempt(World& world, Turn& turn, Device& device) {
  const Heartbeat& report = device.reported;
  const bool stoppable = is_active(report.update_state) && report.update_state < UpdateState::Armed;
  if (!stoppable || device.order || is_quarantined(device, world.config.trust_version)) return;
  const Member* member = world.member_of_attempt(report.attempt_id);
  order_cancel(world, turn, device, report.attempt_id, member == nullptr ? 0 : member->rollout);
}

// Those waiting for this device to be heard, or to be free: the next tick looks again.
void wake_ready_members(World& world, Turn& turn, const Device& device, const Heartbeat& before, bool was_online) {
  const bool deferral_changed = before.deferred.empty() != device.reported.deferred.empty();
  for (const auto id : world.live_rollouts(device.id)) {
    Book& book = *world.book(id);
    Member& member = *book.find(device.id);
    const RolloutPolicy& policy = book.row.policy;
    if (member.state == MemberState::Ready) {
      book.dirty = true;
      if (!was_online || deferral_changed) world.set_deadline(turn, member, std::nullopt);
    }
    if (member.state == MemberState::Ordered && deferral_changed) {
      const bool waits = !device.reported.deferred.empty() || is_hindrance(member.why);
      world.set_deadline(turn, member, world.in_seconds(waits ? policy.order_seconds : policy.accept_seconds));
    }
  }
}

}  // namespace

bool reports_success(World& world, const Member& member) {
  const Heartbeat& report = world.device(member.device)->reported;
  const Release* release = world.release(world.book(member.rollout)->row.release);
  if (release == nullptr || report.running_sha256 != release->manifest.image_sha256) return false;
  const bool confirmed = report.attempt_id == member.attempt && report.update_state == UpdateState::Confirmed;
  return confirmed || reports_config(*world.device(member.device));
}

void reconcile(World& world, Turn& turn, const std::string& id, const Heartbeat& report) {
  Device& device = world.devices[id];
  device.id = id;
  if (is_elder(world, device, report)) return;
  const Heartbeat before = device.reported;
  const bool was_online = device.online;
  const bool first = device.first_seen_at == 0;
  take_over(world, turn, device, report);
  if (device.order && device.order->kind != OrderKind::Cancel && device.order->attempt == report.attempt_id) {
    device.order->accepted = true;
  }
  const std::uint32_t order_sequence = device.order ? device.order->sequence : 0;
  adopt_sequence(world, turn, device, before, first);
  if (Member* member = world.member_of_attempt(report.attempt_id); member != nullptr && member->device == id) {
    follow_attempt(world, turn, *member, before, was_online);
  }
  follow_config(world, turn, device, order_sequence);
  find_lost_attempts(world, turn, device, order_sequence);
  settle_order(world, turn, device);
  answer_foreign_attempt(world, turn, device);
  repeat_order(world, turn, device);
  wake_ready_members(world, turn, device, before, was_online);
}

}  // namespace flotilla::core
