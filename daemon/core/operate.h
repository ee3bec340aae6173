// What happens to a rollout as a whole: started, paused, resumed, halted, completed, aborted.
#pragma once

#include "common/result.h"
#include "daemon/core/world.h"

namespace flotilla::core {

Result<RolloutId, Error> start_rollout(World& world, Turn& turn, const RolloutSpec& spec);

// By an operator or by a rule. Orders that were not accepted are taken back; accepted attempts run on.
void pause_rollout(World& world, Turn& turn, Book& book, RolloutReason reason, const std::string& text);
void halt_rollout(World& world, Turn& turn, Book& book, RolloutReason reason, const std::string& text);
// Those whose turn never came are withdrawn.
void complete_rollout(World& world, Turn& turn, Book& book);

Result<Unit, Error> pause_by_operator(World& world, Turn& turn, Book& book);
// Refuses where the state does not allow it, or where another rollout holds one of its devices by now. Resuming a halted
// rollout forgives the failures so far: they count no more, and their places go to the next in the draw.
Result<Unit, Error> resume_rollout(World& world, Turn& turn, Book& book);
// As a pause, for good; what was accepted and is not armed is cancelled.
Result<Unit, Error> abort_rollout(World& world, Turn& turn, Book& book);

}  // namespace flotilla::core
