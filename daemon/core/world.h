// The fleet's state: the rows, the indexes over them, and what a restart does without. Every change of a row goes through
// here, so that indexes, effects and history cannot be forgotten. The rules that decide live in the files beside it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "daemon/core/fleet.h"
#include "daemon/core/judging.h"
#include "daemon/core/member_table.h"
#include "daemon/core/rollout_table.h"
#include "daemon/core/watch.h"

namespace flotilla::core {

inline constexpr std::uint32_t kMaxAttempts = 3;               // orders for one member that count
inline constexpr std::uint32_t kMaxSequenceJump = 1U << 20U;   // further above ours: quarantine
inline constexpr std::uint32_t kWayBackSeconds = 120;          // from a given-up trial to the old image's heartbeat
inline constexpr std::uint32_t kCancelSeconds = 3600;          // a Cancel may be accepted for this long
inline constexpr std::uint32_t kConfigSeconds = 3600;          // the same for a configuration; then it is unanswered
inline constexpr std::uint32_t kHindranceRetrySeconds = 300;   // until a device in want is asked again
inline constexpr std::uint32_t kMaxSleepSeconds = 86400;       // a device that announces more is not waited for longer
inline constexpr std::int64_t kUnjudgedLimitMs = 3600 * 1000;  // then running rollouts are paused
inline constexpr char kDaemon[] = "flotillad";                 // the actor of what nobody asked for

// The event being handled: its time, and where its consequences go.
struct Turn {
  const Now& now;
  Effects& out;
  std::string actor = kDaemon;
};

// A rollout with its members.
struct Book {
  Rollout row;
  std::vector<Member> members;               // by rank
  std::map<std::string, std::size_t> index;  // device -> position in `members`
  std::vector<std::uint32_t> waves;          // by position, see waves.h; empty: to be computed anew
  bool dirty = true;                         // something happened that the next tick must look at

  [[nodiscard]] Member* find(const std::string& device);
};

// What is known of a device beyond its row, and is not saved.
struct Pulse {
  std::int64_t published = 0;    // link time of the last publication of its order
  bool present = false;          // what the broker said before the device itself was heard
  std::string undelivered;       // why the broker does not take its command; empty: it did, or was not asked yet
  bool hit_by_outage = false;    // its attempt overlapped an outage of broker, network or daemon
  std::uint32_t elder_boot = 0;  // a heartbeat of an earlier boot: believed when a second one follows
  std::uint32_t elder_uptime = 0;
};

class World {
 public:
  World(FleetConfig given, FleetSnapshot snapshot);

  // --- rows
  [[nodiscard]] Device* device(const std::string& id);
  [[nodiscard]] const Release* release(const std::string& version) const;
  [[nodiscard]] Book* book(RolloutId id);
  [[nodiscard]] Member* member(RolloutId id, const std::string& device);
  // The member whose attempt this is; null: none has it.
  [[nodiscard]] Member* member_of_attempt(AttemptId attempt);
  Book& add_book(Rollout row, std::vector<Member> members);

  // --- changes. touch(): the row has changed and is to be saved.
  void touch(Turn& turn, const Device& device) const;
  void touch(Turn& turn, const Rollout& rollout) const;
  void touch(Turn& turn, const Member& member) const;
  // Moves the member through the table; false (and a line in the history) where the table has no such row. A move to the
  // same state is no change. A new state has no deadline until one is set.
  bool move(Turn& turn, Member& member, MemberEvent event, Reason why, const std::string& detail);
  bool move(Turn& turn, Book& book, RolloutEvent event, RolloutReason reason, const std::string& text);
  void set_deadline(Turn& turn, Member& member, std::optional<JudgingTime> deadline);
  void set_attempt(Turn& turn, Member& member, AttemptId attempt);
  void set_online(Turn& turn, Device& device, bool online);
  void note(Turn& turn, const std::string& device, RolloutId rollout, const std::string& event,
            const std::string& text) const;

  // --- looking
  [[nodiscard]] JudgingTime in_seconds(std::uint32_t seconds) const;
  [[nodiscard]] std::int64_t interval_ms(const Device& device) const;  // between its heartbeats
  [[nodiscard]] std::int64_t offline_ms(const Device& device) const;   // silent for so long: offline
  [[nodiscard]] std::vector<RolloutId> live_rollouts(const std::string& device) const;
  [[nodiscard]] bool is_on_trial(const std::string& device);
  // The running or paused rollout in which the device is undecided; 0: none.
  [[nodiscard]] RolloutId holder(const std::string& device);

  FleetConfig config;
  FleetMeta meta;  // `judging` follows the clock; what was last handed out for saving is below
  std::map<std::string, Device> devices;
  std::map<std::string, Release> releases;
  std::map<RolloutId, Book> books;
  JudgingClock clock;
  SilenceWatch silence;
  std::map<std::string, Pulse> pulses;
  std::set<std::tuple<JudgingTime, RolloutId, std::string>> deadlines;
  std::set<std::string> open_configs;                     // devices whose configuration order has not ended
  std::multimap<JudgingTime, std::string> offline_queue;  // one for each online device; may be too early
  bool could_order = false;  // at the last tick: the clock was trusted, and no crowd silent
  JudgingTime saved_judging = 0;

 private:
  void index(const Member& member);
  void relive(const Member& member);

  std::map<AttemptId, RolloutId> attempt_rollout_;
  std::map<AttemptId, std::string> attempt_device_;
  std::map<std::string, std::set<RolloutId>> live_;  // where the device is Ready or in flight
};

}  // namespace flotilla::core
