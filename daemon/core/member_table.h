// A device's way through a rollout as a table, and the classes its states fall into. A pair that is not in the table is
// an explicit error: it changes nothing and is written into the history.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/core/types.h"

namespace flotilla::core {

enum class MemberEvent : std::uint8_t {
  Open,       // its wave opened
  Order,      // an order was signed
  Retract,    // the order was taken back before it was accepted: pause, halt
  Retry,      // the attempt came to nothing that counts; there may be another
  Works,      // reported: accepted, downloading or verified
  Arms,       // reported: armed
  Tries,      // reported: trial
  Confirms,   // reported: confirmed, with the very image
  Proves,     // the soak is over
  RollsBack,  // reported
  Fails,      // reported, or it runs something else than it should
  Refuses,    // reported
  Cancels,    // reported: the attempt was cancelled
  TimesOut,   // its deadline passed
  Skip,
  Supersede,
  Withdraw,  // the rollout is over for it
};

struct MemberTransition {
  MemberState from;
  MemberEvent event;
  MemberState to;
};

[[nodiscard]] std::optional<MemberState> next(MemberState state, MemberEvent event);
// The whole table, for tests and documents.
[[nodiscard]] const MemberTransition* member_transitions(std::size_t& count);
[[nodiscard]] std::string_view to_string(MemberEvent event);

// Failed, RolledBack, Refused, Unresponsive, Lost.
[[nodiscard]] bool is_failure(MemberState state);
// Out of the count: Skipped, Superseded, Withdrawn. (A forgiven failure is out as well: counts_in(), waves.h.)
[[nodiscard]] bool is_skipped(MemberState state);
// Occupies one of the places of `at_once`: Ordered to Trial.
[[nodiscard]] bool is_moving(MemberState state);
// An attempt is under way or being proven: Ordered to Soaking.
[[nodiscard]] bool is_in_flight(MemberState state);
// Nothing more is expected of it in this rollout.
[[nodiscard]] bool is_decided(MemberState state);
// Rebooting and Trial: its silence says nothing about the network.
[[nodiscard]] bool is_on_trial(MemberState state);

}  // namespace flotilla::core
