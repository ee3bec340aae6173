// THE comparison: what a device reports against what it was told. Everything that happens to an attempt follows from it.
#pragma once

#include "daemon/core/world.h"

namespace flotilla::core {

void reconcile(World& world, Turn& turn, const std::string& id, const Heartbeat& report);

// The device reports exactly what success is made of: this attempt, confirmed, with the ordered image.
[[nodiscard]] bool reports_success(World& world, const Member& member);

}  // namespace flotilla::core
