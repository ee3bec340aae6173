// The names of the states: packed into flash for the device, read as they are on the host.
#pragma once

#include "common/flash_text.h"
#include "common/update_state.h"

namespace flotilla {

inline constexpr NumberedName kUpdateStateNames[] = {
    {0, "idle"},  {1, "accepted"},  {2, "downloading"}, {3, "verified"}, {4, "armed"},
    {5, "trial"}, {6, "confirmed"}, {7, "rolled-back"}, {8, "failed"},
};

}  // namespace flotilla
