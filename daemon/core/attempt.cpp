#include "daemon/core/attempt.h"

#include "daemon/core/names.h"
#include "daemon/core/orders.h"
#include "daemon/core/reconcile.h"

namespace flotilla::core {
namespace {

bool same_report(const Heartbeat& a, const Heartbeat& b) {
  return a.attempt_id == b.attempt_id && a.update_state == b.update_state && a.running_sha256 == b.running_sha256;
}

std::optional<MemberEvent> event_of(const Heartbeat& report, bool runs_the_image) {
  switch (report.update_state) {
    case UpdateState::Idle: return std::nullopt;
    case UpdateState::Accepted:
    case UpdateState::Downloading:
    case UpdateState::Verified: return MemberEvent::Works;
    case UpdateState::Armed: return MemberEvent::Arms;
    case UpdateState::Trial: return MemberEvent::Tries;
    case UpdateState::Confirmed: return runs_the_image ? MemberEvent::Confirms : MemberEvent::Fails;
    case UpdateState::RolledBack: return MemberEvent::RollsBack;
    case UpdateState::Failed: return report.error == Reason::Cancelled ? MemberEvent::Cancels : MemberEvent::Fails;
  }
  return std::nullopt;
}

std::string detail_of(const Heartbeat& report, MemberEvent event) {
  if (report.update_state == UpdateState::Confirmed && event == MemberEvent::Fails) {
    return "confirmed, but it reports another image: " + std::string{to_hex(report.running_sha256).view()};
  }
  if (report.update_state != UpdateState::RolledBack && report.update_state != UpdateState::Failed) return "";
  return error_sentence(report);
}

// The network was away during the attempt: what the image says about the network is no word about the image.
bool blames_an_outage(World& world, const Member& member, const Heartbeat& report) {
  const bool about_network = report.error == Reason::NoWifi || report.error == Reason::NoBroker;
  return report.update_state == UpdateState::RolledBack && about_network && member.attempts < kMaxAttempts &&
         world.pulses[member.device].hit_by_outage && next(member.state, MemberEvent::Retry).has_value();
}

// The deadline of the state that the report keeps the member in or has brought it to.
void renew_deadline(World& world, Turn& turn, Member& member, const Heartbeat& before, bool moved, bool was_online) {
  const Device& device = *world.device(member.device);
  const Heartbeat& report = device.reported;
  const RolloutPolicy& policy = world.book(member.rollout)->row.policy;
  const bool deferred = !report.deferred.empty();
  const bool deferral_changed = deferred != !before.deferred.empty();
  switch (member.state) {
    case MemberState::Working: {
      const bool progress = !same_report(before, report) || before.progress_percent != report.progress_percent;
      if (deferred && (moved || deferral_changed)) {
        world.set_deadline(turn, member, world.in_seconds(policy.order_seconds));
      } else if (!deferred && (moved || progress || deferral_changed)) {
        world.set_deadline(turn, member, world.in_seconds(policy.progress_seconds));
      }
      return;
    }
    case MemberState::Rebooting:
    case MemberState::Trial:
      if (moved) {
        const auto heartbeat = static_cast<std::uint32_t>(world.interval_ms(device) / 1000);
        const auto least = policy.trial_seconds + kWayBackSeconds + 2 * heartbeat;
        world.set_deadline(turn, member, world.in_seconds(std::max(policy.silent_seconds, least)));
      }
      return;
    case MemberState::Soaking:
      // It must keep reporting: a gap in which it was judged offline starts the soak anew.
      if (moved || !was_online) world.set_deadline(turn, member, world.in_seconds(policy.soak_seconds));
      return;
    case MemberState::Waiting:
    case MemberState::Ready:
    case MemberState::Ordered:
    case MemberState::Succeeded:
    case MemberState::Failed:
    case MemberState::RolledBack:
    case MemberState::Refused:
    case MemberState::Unresponsive:
    case MemberState::Lost:
    case MemberState::Skipped:
    case MemberState::Superseded:
    case MemberState::Withdrawn: return;
  }
}

}  // namespace

void follow_attempt(World& world, Turn& turn, Member& member, const Heartbeat& before, bool was_online) {
  const Heartbeat& report = world.device(member.device)->reported;
  const Release* release = world.release(world.book(member.rollout)->row.release);
  const bool runs_the_image = release != nullptr && report.running_sha256 == release->manifest.image_sha256;
  const auto event = event_of(report, runs_the_image);
  if (!event) return;
  if (blames_an_outage(world, member, report)) {
    give_back(world, turn, member, report.error, "tried again: the network was away during the attempt");
    return;
  }
  if (!next(member.state, *event) && same_report(before, report)) return;  // said once already
  const auto state_before = member.state;
  if (!world.move(turn, member, *event, report.error, detail_of(report, *event))) return;
  renew_deadline(world, turn, member, before, member.state != state_before, was_online);
}

void give_back(World& world, Turn& turn, Member& member, Reason why, const std::string& detail) {
  Device& device = *world.device(member.device);
  if (device.order && device.order->attempt == member.attempt) drop_order(world, turn, device);
  if (member.attempts >= kMaxAttempts) {
    world.move(turn, member, MemberEvent::Fails, why, detail + "; " + std::to_string(member.attempts) + " attempts");
    return;
  }
  world.set_attempt(turn, member, 0);
  world.move(turn, member, MemberEvent::Retry, Reason::None, detail);
  const auto state = world.book(member.rollout)->row.state;
  if (state == RolloutState::Aborted || state == RolloutState::Completed) {
    world.move(turn, member, MemberEvent::Withdraw, Reason::None, detail);
  }
}

void skip(World& world, Turn& turn, Member& member, SkipReason skip, Reason why, const std::string& detail) {
  const auto attempt = member.attempt;
  const bool was_working = member.state == MemberState::Working;
  if (!world.move(turn, member, MemberEvent::Skip, why, detail)) return;
  member.skip = skip;
  withdraw_unaccepted(world, turn, member);
  world.set_attempt(turn, member, 0);
  if (!was_working) return;
  Device& device = *world.device(member.device);
  drop_order(world, turn, device);
  order_cancel(world, turn, device, attempt, member.rollout);
}

}  // namespace flotilla::core
