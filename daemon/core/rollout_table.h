// A rollout's life as a table. A pair that is not in it is refused; a restart reads the state back and goes on here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "daemon/core/types.h"

namespace flotilla::core {

enum class RolloutEvent : std::uint8_t { Start, Pause, Resume, Halt, Complete, Abort };

struct RolloutTransition {
  RolloutState from;
  RolloutEvent event;
  RolloutState to;
};

[[nodiscard]] std::optional<RolloutState> next(RolloutState state, RolloutEvent event);
// The whole table, for tests and documents.
[[nodiscard]] const RolloutTransition* rollout_transitions(std::size_t& count);
[[nodiscard]] std::string_view to_string(RolloutEvent event);

// It decides about its devices, and no other rollout may: Running and Paused.
[[nodiscard]] bool holds_devices(RolloutState state);

}  // namespace flotilla::core
