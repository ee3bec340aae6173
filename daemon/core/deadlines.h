// What the passing of time brings: devices judged offline, deadlines, rollouts in which nobody can be judged. A tick costs
// what is due, not the fleet.
#pragma once

#include "daemon/core/world.h"

namespace flotilla::core {

void judge_time(World& world, Turn& turn);

// Attempts under way now overlap an outage of the broker or the network.
void remember_outage(World& world);

// Why nobody is judged now; empty: everybody is.
[[nodiscard]] std::string why_time_stands_still(const World& world, const Now& now);

}  // namespace flotilla::core
