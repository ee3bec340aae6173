#include "daemon/core/world.h"

#include <algorithm>
#include <utility>

#include "daemon/core/names.h"

namespace flotilla::core {
namespace {

constexpr std::int64_t kMilli = 1000;

// One event touches the same row several times in a row; a row named twice far apart is merely saved twice.
template <typename Row>
void add_once(std::vector<Row>& rows, Row row) {
  constexpr std::ptrdiff_t kLookBack = 8;
  const auto from = rows.end() - std::min<std::ptrdiff_t>(kLookBack, rows.end() - rows.begin());
  if (std::find(from, rows.end(), row) == rows.end()) rows.push_back(std::move(row));
}

bool is_live(MemberState state) { return state == MemberState::Ready || is_in_flight(state); }

std::string with_detail(std::string_view text, const std::string& detail) {
  std::string whole{text};
  if (!detail.empty()) whole += ": " + detail;
  return whole;
}

}  // namespace

Member* Book::find(const std::string& device) {
  const auto it = index.find(device);
  return it == index.end() ? nullptr : &members[it->second];
}

World::World(FleetConfig given, FleetSnapshot snapshot)
    : config(given),
      meta(snapshot.meta),
      clock(2 * kMilli * std::max(given.heartbeat_seconds, 1U), snapshot.meta.judging),
      saved_judging(snapshot.meta.judging) {
  config.heartbeat_seconds = std::max(config.heartbeat_seconds, 1U);
  // Fewer than three intervals, and a crowd that falls silent would be judged offline before it is noticed as a crowd.
  config.offline_heartbeats = std::max(config.offline_heartbeats, 3U);
  for (auto& device : snapshot.devices) devices.emplace(device.id, device);
  for (auto& release : snapshot.releases) releases.emplace(release.version, release);
  std::map<RolloutId, std::vector<Member>> members;
  for (auto& member : snapshot.members) members[member.rollout].push_back(member);
  for (auto& rollout : snapshot.rollouts) add_book(rollout, std::move(members[rollout.id]));
  for (const auto& [id, device] : devices) {
    if (device.config && device.config->state <= ConfigState::Trial) {
      open_configs.insert(id);
      pulses[id].hit_by_outage = device.config->state != ConfigState::Waiting;
    }
    if (!device.online) continue;
    silence.heard(id, std::min(device.last_heard_judging, meta.judging), interval_ms(device), is_on_trial(id));
    offline_queue.emplace(device.last_heard_judging + offline_ms(device), id);
  }
}

Book& World::add_book(Rollout row, std::vector<Member> members) {
  std::sort(members.begin(), members.end(), [](const Member& a, const Member& b) { return a.rank < b.rank; });
  Book& book = books[row.id];
  book.row = std::move(row);
  book.members = std::move(members);
  for (std::size_t i = 0; i < book.members.size(); ++i) {
    book.index[book.members[i].device] = i;
    index(book.members[i]);
    // The daemon was away: for those under way that was an outage.
    if (is_in_flight(book.members[i].state)) pulses[book.members[i].device].hit_by_outage = true;
  }
  return book;
}

void World::index(const Member& member) {
  if (member.deadline) deadlines.emplace(*member.deadline, member.rollout, member.device);
  if (member.attempt != 0) {
    attempt_rollout_[member.attempt] = member.rollout;
    attempt_device_[member.attempt] = member.device;
  }
  relive(member);
}

void World::relive(const Member& member) {
  auto& live = live_[member.device];
  if (is_live(member.state)) {
    live.insert(member.rollout);
  } else {
    live.erase(member.rollout);
  }
}

Device* World::device(const std::string& id) {
  const auto it = devices.find(id);
  return it == devices.end() ? nullptr : &it->second;
}

const Release* World::release(const std::string& version) const {
  const auto it = releases.find(version);
  return it == releases.end() ? nullptr : &it->second;
}

Book* World::book(RolloutId id) {
  const auto it = books.find(id);
  return it == books.end() ? nullptr : &it->second;
}

Member* World::member(RolloutId id, const std::string& device) {
  Book* found = book(id);
  return found == nullptr ? nullptr : found->find(device);
}

Member* World::member_of_attempt(AttemptId attempt) {
  const auto it = attempt_rollout_.find(attempt);
  return it == attempt_rollout_.end() ? nullptr : member(it->second, attempt_device_.at(attempt));
}

void World::touch(Turn& turn, const Device& device) const { add_once(turn.out.devices, device.id); }
void World::touch(Turn& turn, const Rollout& rollout) const { add_once(turn.out.rollouts, rollout.id); }
void World::touch(Turn& turn, const Member& member) const {
  add_once(turn.out.members, {member.rollout, member.device});
}

void World::note(Turn& turn, const std::string& device, RolloutId rollout, const std::string& event,
                 const std::string& text) const {
  turn.out.history.push_back({turn.now.wall, turn.actor, device, rollout, event, text});
}

bool World::move(Turn& turn, Member& member, MemberEvent event, Reason why, const std::string& detail) {
  const auto to = next(member.state, event);
  if (!to) {
    note(turn, member.device, member.rollout, "unexpected",
         std::string{to_string(event)} + " while " + std::string{to_string(member.state)} + ", ignored");
    return false;
  }
  if (*to == member.state) return true;
  Book& book = books.at(member.rollout);
  if (is_skipped(*to) != is_skipped(member.state)) book.waves.clear();
  member.state = *to;
  member.why = why;
  member.detail = detail;
  member.changed_at = turn.now.wall;
  set_deadline(turn, member, std::nullopt);
  relive(member);
  silence.set_on_trial(member.device, is_on_trial(member.device));
  book.dirty = true;
  touch(turn, member);
  note(turn, member.device, member.rollout, "state", with_detail(to_string(member.state), detail));
  return true;
}

bool World::move(Turn& turn, Book& book, RolloutEvent event, RolloutReason reason, const std::string& text) {
  const auto to = next(book.row.state, event);
  if (!to) return false;
  book.row.state = *to;
  book.row.reason = reason;
  book.row.reason_text = text;
  const bool is_over = !holds_devices(*to);
  book.row.ended_at = is_over ? turn.now.wall : 0;
  book.dirty = true;
  touch(turn, book.row);
  note(turn, "", book.row.id, "rollout", with_detail(to_string(*to), text));
  return true;
}

void World::set_deadline(Turn& turn, Member& member, std::optional<JudgingTime> deadline) {
  if (member.deadline == deadline) return;
  if (member.deadline) deadlines.erase({*member.deadline, member.rollout, member.device});
  member.deadline = deadline;
  if (deadline) deadlines.emplace(*deadline, member.rollout, member.device);
  touch(turn, member);
}

void World::set_attempt(Turn& turn, Member& member, AttemptId attempt) {
  attempt_rollout_.erase(member.attempt);
  attempt_device_.erase(member.attempt);
  member.attempt = attempt;
  index(member);
  touch(turn, member);
}

void World::set_online(Turn& turn, Device& device, bool online) {
  if (device.online == online) return;
  device.online = online;
  if (online) {
    offline_queue.emplace(clock.judging() + offline_ms(device), device.id);
  } else {
    silence.forget(device.id);
  }
  for (const auto id : live_rollouts(device.id)) books.at(id).dirty = true;
  touch(turn, device);
}

JudgingTime World::in_seconds(std::uint32_t seconds) const { return clock.judging() + seconds * kMilli; }

std::int64_t World::interval_ms(const Device& device) const {
  const auto announced = std::min(device.reported.next_heartbeat_seconds, kMaxSleepSeconds);
  return kMilli * std::max(config.heartbeat_seconds, announced);
}

std::int64_t World::offline_ms(const Device& device) const { return interval_ms(device) * config.offline_heartbeats; }

std::vector<RolloutId> World::live_rollouts(const std::string& device) const {
  const auto it = live_.find(device);
  return it == live_.end() ? std::vector<RolloutId>{} : std::vector<RolloutId>(it->second.begin(), it->second.end());
}

bool World::is_on_trial(const std::string& device) {
  const auto rollouts = live_rollouts(device);
  return std::any_of(rollouts.begin(), rollouts.end(),
                     [&](RolloutId id) { return core::is_on_trial(member(id, device)->state); });
}

RolloutId World::holder(const std::string& device) {
  for (auto& [id, book] : books) {
    if (!holds_devices(book.row.state)) continue;
    const Member* member = book.find(device);
    if (member != nullptr && !is_decided(member->state)) return id;
  }
  return 0;
}

}  // namespace flotilla::core
