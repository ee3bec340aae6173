// The rows the core decides on. They are what the store keeps, what the API shows and what a restart reads back: plain
// values, no behaviour. Times: `judging` is the fleet's judging clock (fleet.h) in milliseconds, `wall` is seconds since
// 1970. Enumerators are persisted by number and never reused.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/digest.h"
#include "common/messages.h"
#include "common/reason.h"
#include "common/update_state.h"

namespace flotilla::core {

using RolloutId = std::uint64_t;   // 1, 2, 3, ... in the order of their creation
using AttemptId = std::uint64_t;   // unique in this database; 0: none
using JudgingTime = std::int64_t;  // milliseconds of the judging clock
using WallTime = std::int64_t;     // seconds since 1970

// The moment an event is handled, read once by the engine.
struct Now {
  std::int64_t mono_ms = 0;  // monotonic, since an arbitrary start
  WallTime wall = 0;
  bool wall_trusted = false;  // the clock is synchronised: commands may be signed
};

struct Release {
  std::string version;
  Manifest manifest;
  std::string signed_manifest;  // the envelope's bytes, as they go to the devices
  WallTime added_at = 0;
  std::string added_by;
};

enum class OrderKind : std::uint8_t { Install = 1, Cancel = 2, UpdateConfig = 3 };

// What a device is told to do. One device has at most one order in force; it is retained on its command topic until the
// attempt is seen at its end. Equal orders encode to equal bytes, so that a resent one is a redelivery.
struct Order {
  OrderKind kind = OrderKind::Install;
  AttemptId attempt = 0;
  RolloutId rollout = 0;
  std::string release;  // version; Install only
  std::uint32_t sequence = 0;
  std::uint32_t trust_version = 0;
  WallTime issued_at = 0;
  WallTime expires_at = 0;
  std::uint32_t download_seconds = 0;
  std::uint32_t trial_boots = 0;
  std::uint32_t trial_seconds = 0;
  std::uint32_t trial_maximum_seconds = 0;
  bool accepted = false;  // the device has reported this sequence
};

enum class ConfigState : std::uint8_t {
  Waiting = 0,      // for its turn: see `flotilla device why`
  Ordered = 1,      // the order is out, not yet accepted
  Working = 2,      // accepted, being fetched or verified
  Rebooting = 3,    // armed: the next word comes after the reset
  Trial = 4,        // the device runs with it, and keeps the one before
  Confirmed = 5,    // the one in use
  RolledBack = 6,   // see `why`
  Failed = 7,       // see `why`
  Refused = 8,      // see `why`
  Withdrawn = 9,    // taken back before it was accepted, or cancelled
  Unanswered = 10,  // the device reports, but did not accept the order in time
};

// A device's newest configuration order: a provisioning that it is to fetch and try. Its content is never here, because
// it holds the Wi-Fi password: it lies in the folder of configurations, under its digest, until the order has ended.
struct ConfigChange {
  Digest sha256;
  ConfigState state = ConfigState::Waiting;
  AttemptId attempt = 0;
  std::uint32_t orders = 0;   // so many attempts were ordered
  Reason why = Reason::None;  // at its end; while Ordered: the hindrance that the device named
  std::string detail;
  std::optional<JudgingTime> deadline;  // Waiting: not ordered before; Ordered: given up then
  std::string ordered_by;
  WallTime ordered_at = 0;  // by the operator
  WallTime changed_at = 0;
};

struct Device {
  std::string id;
  std::map<std::string, std::string> labels;
  std::string announced_hardware;  // given at enrolment; empty: known from its heartbeats alone
  WallTime first_seen_at = 0;      // 0: announced, never heard
  WallTime last_heard_at = 0;
  JudgingTime last_heard_judging = 0;
  bool present = false;        // by presence messages: the broker's word, not a judgement
  bool online = false;         // judged: heard within the offline deadline
  Heartbeat reported;          // the last heartbeat; meaningless while first_seen_at is 0
  std::uint32_t sequence = 0;  // the highest used or seen for this device under the current trust version
  std::optional<Order> order;
  std::optional<ConfigChange> config;  // the newest, also when it has ended
};

enum class RolloutState : std::uint8_t {
  Draft = 0,
  Scheduled = 1,
  Running = 2,
  Paused = 3,
  Completed = 4,
  Halted = 5,
  Aborted = 6,
  Reverting = 7,
  Reverted = 8,
};

enum class RolloutReason : std::uint8_t {
  None = 0,
  FailureLimit = 1,
  ThresholdNotReached = 2,
  ByOperator = 3,
  BrokerUnstable = 4,   // an hour in which nobody could be judged, or it does not take a command
  StateFromBackup = 5,  // a device knew a sequence above ours
  ImageUnusable = 6,    // the image on disk is missing or does not have its digest
  ClockUntrusted = 7,
};

// A wave's cumulative size: a number of devices, or a percentage of the targets (rounded up).
struct WaveSize {
  std::uint32_t value = 0;
  bool percent = false;
};

struct RolloutPolicy {
  std::vector<WaveSize> waves;           // never empty; the last is usually 100 %
  std::uint32_t success_percent = 90;    // of a wave's non-skipped members, at least one
  std::uint32_t failure_limit = 1;       // this many failures halt
  std::uint32_t soak_seconds = 300;      // confirmed and reporting so for this long
  std::uint32_t offline_seconds = 900;   // not heard before it was ordered: skipped
  std::uint32_t accept_seconds = 300;    // ordered, not accepted: failed
  std::uint32_t progress_seconds = 600;  // no progress while working: failed
  std::uint32_t silent_seconds = 0;      // silent after the reboot: failed; 0: derived from the trial
  std::uint32_t order_seconds = 3600;    // an order may be accepted for this long
  std::uint32_t download_seconds = 1800;
  std::uint32_t trial_boots = 3;  // 1-8
  std::uint32_t trial_seconds = 300;
  std::uint32_t trial_maximum_seconds = 86400;
  std::uint32_t at_once = 0;  // devices working at the same time; 0: no limit
};

struct Rollout {
  RolloutId id = 0;
  std::string release;  // version
  RolloutPolicy policy;
  RolloutState state = RolloutState::Draft;
  RolloutReason reason = RolloutReason::None;
  std::string reason_text;      // one sentence that names the rule and the devices
  std::uint32_t open_wave = 0;  // index of the newest open wave
  std::uint32_t targets = 0;    // members that were to change when it started: what percentages are taken of
  WallTime created_at = 0;
  WallTime ended_at = 0;
  std::string created_by;
};

enum class MemberState : std::uint8_t {
  Waiting = 0,        // its wave is not open
  Ready = 1,          // to be ordered as soon as it is heard and there is room
  Ordered = 2,        // the order is out, not yet accepted
  Working = 3,        // accepted, downloading or verified
  Rebooting = 4,      // armed: the next word comes after the reset
  Trial = 5,          // the new image reports itself, unconfirmed
  Soaking = 6,        // confirmed, proving itself
  Succeeded = 7,      // proven
  Failed = 8,         // see `why`
  RolledBack = 9,     // see `why`
  Refused = 10,       // see `why`
  Unresponsive = 11,  // a deadline of an ordered or working device passed
  Lost = 12,          // silent after the reboot
  Skipped = 13,       // offline, or it runs the image already
  Superseded = 14,    // it runs something newer
  Withdrawn = 15,     // the rollout ended before it was this device's turn, or its attempt was cancelled
};

enum class SkipReason : std::uint8_t {
  None = 0,
  Offline = 1,
  RunsItAlready = 2,
  WrongHardware = 3,
  Busy = 4,         // put off, or occupied, for longer than an order may wait
  Forgiven = 5,     // a failure (the state says which) that the operator accepted by resuming a halted rollout
  Unsuitable = 6,   // no order for it would be accepted: `why`
  Quarantined = 7,  // its sequence jumped further than any history of ours explains
};

// A device in a rollout.
struct Member {
  RolloutId rollout = 0;
  std::string device;
  std::uint32_t rank = 0;  // position in the draw; wave sizes count non-skipped members in this order
  MemberState state = MemberState::Waiting;
  Reason why = Reason::None;
  SkipReason skip = SkipReason::None;
  std::string detail;  // the device's own error text, or a sentence
  AttemptId attempt = 0;
  std::uint32_t attempts = 0;
  std::optional<JudgingTime> deadline;  // of the state it is in
  std::string previous_version;         // what it ran when it was ordered
  WallTime changed_at = 0;
};

struct HistoryEntry {
  WallTime at = 0;
  std::string actor;   // "flotillad", or an operator's name
  std::string device;  // empty: not about a device
  RolloutId rollout = 0;
  std::string event;  // a short word: "order", "state", "rollout", ...
  std::string text;
};

}  // namespace flotilla::core
