// One sentence with the true reason for where a device is.
#pragma once

#include "daemon/core/world.h"

namespace flotilla::core {

[[nodiscard]] std::string explain_device(World& world, const Turn& turn, const std::string& id);

}  // namespace flotilla::core
