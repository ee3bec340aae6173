#include "daemon/core/rollout_table.h"

namespace flotilla::core {
namespace {

using S = RolloutState;
using E = RolloutEvent;

// clang-format off
constexpr RolloutTransition kTable[] = {
    {S::Draft,   E::Start,    S::Running},

    {S::Running, E::Pause,    S::Paused},
    {S::Running, E::Halt,     S::Halted},
    {S::Running, E::Complete, S::Completed},
    {S::Running, E::Abort,    S::Aborted},

    // Accepted attempts run on while it is paused, and their failures count.
    {S::Paused,  E::Resume,   S::Running},
    {S::Paused,  E::Halt,     S::Halted},
    {S::Paused,  E::Abort,    S::Aborted},

    // Resuming forgives the failures so far.
    {S::Halted,  E::Resume,   S::Running},
    {S::Halted,  E::Abort,    S::Aborted},
};
// clang-format on

}  // namespace

std::optional<RolloutState> next(RolloutState state, RolloutEvent event) {
  for (const auto& row : kTable) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

const RolloutTransition* rollout_transitions(std::size_t& count) {
  count = sizeof kTable / sizeof kTable[0];
  return kTable;
}

std::string_view to_string(RolloutEvent event) {
  switch (event) {
    case RolloutEvent::Start: return "start";
    case RolloutEvent::Pause: return "pause";
    case RolloutEvent::Resume: return "resume";
    case RolloutEvent::Halt: return "halt";
    case RolloutEvent::Complete: return "complete";
    case RolloutEvent::Abort: return "abort";
  }
  return "unknown";
}

bool holds_devices(RolloutState state) { return state == RolloutState::Running || state == RolloutState::Paused; }

}  // namespace flotilla::core
