// What operators tell the fleet beside rollouts: releases and devices.
#pragma once

#include <vector>

#include "common/result.h"
#include "daemon/core/world.h"

namespace flotilla::core {

// The same version with other content is a conflict; with equal content it is there already, which is success.
Result<Unit, Error> add_release(World& world, Turn& turn, Release release);
[[nodiscard]] std::vector<const Release*> newest_first(const World& world);

// Makes the device known, or replaces the hardware and the labels of one that is.
Result<Unit, Error> announce_device(World& world, Turn& turn, const DeviceSpec& spec);

}  // namespace flotilla::core
