#include "daemon/core/gates.h"

#include <algorithm>

#include "daemon/core/attempt.h"
#include "daemon/core/configs.h"
#include "daemon/core/names.h"
#include "daemon/core/operate.h"
#include "daemon/core/orders.h"
#include "daemon/core/planner.h"
#include "daemon/core/waves.h"

namespace flotilla::core {
namespace {

std::string describe_failures(const Book& book) {
  constexpr std::size_t kNamed = 5;
  std::string text;
  std::size_t count = 0;
  for (const Member& member : book.members) {
    if (!counts_in(member) || !is_failure(member.state)) continue;
    if (++count > kNamed) continue;
    text += (text.empty() ? "" : "; ") + member.device + " " + std::string{to_string(member.state)};
    if (member.why != Reason::None) text += " (" + std::string{to_string(member.why)} + ")";
  }
  if (count > kNamed) text += "; and " + std::to_string(count - kNamed) + " more";
  return text;
}

std::uint32_t failures(const Book& book) {
  return static_cast<std::uint32_t>(std::count_if(book.members.begin(), book.members.end(), [](const Member& member) {
    return counts_in(member) && is_failure(member.state);
  }));
}

// What the device itself is occupied with; empty: nothing.
std::string hindrance(World& world, const Member& member) {
  const Device& device = *world.device(member.device);
  const Heartbeat& report = device.reported;
  if (!report.deferred.empty()) return "the device puts it off: " + std::string{report.deferred.view()};
  if (occupies_device(device)) {
    return "its new configuration comes first: it is " + std::string{to_string(device.config->state)};
  }
  if (is_active(report.update_state)) return "the device is busy with another attempt";
  for (const auto id : world.live_rollouts(device.id)) {
    if (id == member.rollout || !is_moving(world.member(id, device.id)->state)) continue;
    return "rollout " + std::to_string(id) + " still moves the device";
  }
  return "";
}

// A Ready member that is no target any more is skipped; one that cannot be ordered gets the deadline of its hindrance.
void settle_ready(World& world, Turn& turn, Book& book, Member& member, const Release& release) {
  const Device& device = *world.device(member.device);
  if (const auto no_target = verdict(device, release, world.config.trust_version)) {
    if (no_target->state == MemberState::Superseded) {
      world.move(turn, member, MemberEvent::Supersede, no_target->why, no_target->detail);
    } else {
      skip(world, turn, member, no_target->skip, no_target->why, no_target->detail);
    }
    return;
  }
  if (!device.online) {
    if (member.deadline) return;
    // A device that has been silent for long is not waited for again; one that was never heard gets its time.
    const auto since = device.first_seen_at != 0 ? device.last_heard_judging : world.clock.judging();
    const JudgingTime given = static_cast<JudgingTime>(book.row.policy.offline_seconds) * 1000;
    world.set_deadline(turn, member, std::max(world.clock.judging(), since + given));
    return;
  }
  if (hindrance(world, member).empty()) {
    world.set_deadline(turn, member, std::nullopt);
  } else if (!member.deadline) {
    world.set_deadline(turn, member, world.in_seconds(book.row.policy.order_seconds));
  }
}

// true: somebody was opened or skipped, so the wave may have other members now.
bool settle_open_waves(World& world, Turn& turn, Book& book, const Release& release) {
  bool changed = false;
  for (std::size_t i = 0; i < book.members.size(); ++i) {
    if (waves_of(book)[i] > book.row.open_wave) break;
    Member& member = book.members[i];
    if (member.state == MemberState::Waiting) {
      changed |= world.move(turn, member, MemberEvent::Open, Reason::None, "");
    }
    if (member.state != MemberState::Ready) continue;
    settle_ready(world, turn, book, member, release);
    changed |= member.state != MemberState::Ready;
  }
  return changed;
}

void end_without_targets(World& world, Turn& turn, Book& book) {
  const bool all_run_it = std::all_of(book.members.begin(), book.members.end(),
                                      [](const Member& member) { return member.skip == SkipReason::RunsItAlready; });
  if (all_run_it) {
    complete_rollout(world, turn, book);
  } else {
    halt_rollout(world, turn, book, RolloutReason::ThresholdNotReached,
                 "no device is left that counts; `flotilla rollout show` names the reason for each");
  }
}

// true: the next wave was opened.
bool pass_gate(World& world, Turn& turn, Book& book) {
  const Tally sum = tally(book.members, waves_of(book), book.row.open_wave);
  if (sum.members == 0) {
    end_without_targets(world, turn, book);
    return false;
  }
  const bool is_last = book.row.open_wave + 1 >= book.row.policy.waves.size();
  const bool reached = reaches_threshold(sum, book.row.policy.success_percent);
  if (reached && !is_last) {
    ++book.row.open_wave;
    world.touch(turn, book.row);
    world.note(turn, "", book.row.id, "wave", "wave " + std::to_string(book.row.open_wave + 1) + " opened");
    return true;
  }
  if (sum.undecided() > 0) return false;
  if (reached) {
    complete_rollout(world, turn, book);
  } else {
    halt_rollout(world, turn, book, RolloutReason::ThresholdNotReached,
                 "wave " + std::to_string(book.row.open_wave + 1) + ": " + std::to_string(sum.proven) + " of " +
                     std::to_string(sum.members) + " proven, " + std::to_string(book.row.policy.success_percent) +
                     " % are needed: " + describe_failures(book));
  }
  return false;
}

void name_the_clock(World& world, Turn& turn, Book& book) {
  const bool waits =
      !turn.now.wall_trusted && std::any_of(book.members.begin(), book.members.end(),
                                            [](const Member& member) { return member.state == MemberState::Ready; });
  const auto reason = waits ? RolloutReason::ClockUntrusted : RolloutReason::None;
  if (book.row.reason == reason) return;
  book.row.reason = reason;
  book.row.reason_text = waits ? "this machine's clock is not synchronised: nothing is signed until it is" : "";
  world.touch(turn, book.row);
}

void order_ready_members(World& world, Turn& turn, Book& book) {
  auto moving = static_cast<std::uint32_t>(std::count_if(book.members.begin(), book.members.end(),
                                                         [](const Member& member) { return is_moving(member.state); }));
  const auto limit = book.row.policy.at_once;
  for (std::size_t i = 0; i < book.members.size(); ++i) {
    if (waves_of(book)[i] > book.row.open_wave || (limit != 0 && moving >= limit)) break;
    Member& member = book.members[i];
    if (member.state != MemberState::Ready || !what_it_waits_for(world, turn, book, member).empty()) continue;
    order_install(world, turn, book, member);
    ++moving;
  }
}

}  // namespace

const std::vector<std::uint32_t>& waves_of(Book& book) {
  if (book.waves.size() != book.members.size()) {
    book.waves = waves_of(book.row.policy, book.row.targets, book.members);
  }
  return book.waves;
}

std::string what_it_waits_for(World& world, const Turn& turn, const Book& book, const Member& member) {
  const Device& device = *world.device(member.device);
  if (book.row.state != RolloutState::Running) return "the rollout is " + std::string{to_string(book.row.state)};
  if (!world.clock.subscribed()) return "the broker is not connected";
  if (!turn.now.wall_trusted) return "this machine's clock is not synchronised, so nothing is signed";
  if (world.silence.crowd_is_silent()) return "too many devices are silent at once";
  if (!device.online) return "the device is offline";
  return hindrance(world, member);
}

void conduct(World& world, Turn& turn, Book& book) {
  book.dirty = false;
  const Release* release = world.release(book.row.release);
  if (!holds_devices(book.row.state) || release == nullptr) return;
  if (failures(book) >= book.row.policy.failure_limit) {
    halt_rollout(
        world, turn, book, RolloutReason::FailureLimit,
        "failure limit of " + std::to_string(book.row.policy.failure_limit) + " reached: " + describe_failures(book));
    return;
  }
  if (book.row.state != RolloutState::Running) return;
  do {
    while (settle_open_waves(world, turn, book, *release)) {
    }
  } while (pass_gate(world, turn, book));
  if (book.row.state != RolloutState::Running) return;
  name_the_clock(world, turn, book);
  order_ready_members(world, turn, book);
}

}  // namespace flotilla::core
