// What must happen before any code of the sketch runs, because that code may be what crashes.
#pragma once

#include <cstdint>

#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

enum class EarlyBoot : std::uint8_t {
  Continue,  // run the sketch
  Trial,  // run the sketch, which is on trial: where it hangs before Agent::step(), restart, so that boots are counted
  Restart,  // Boot::restart() was called: where it returns, run nothing more of this boot
};

// Counts a boot of an image or a provisioning on trial in the journal, unless it is a planned wake from deep sleep; when
// the trial boots are used up it journals RolledBack(Crash), arms the confirmed image and restarts, or journals the use of
// the provisioning of before. A way back that was cut short is taken up again. On a power-safe boot path an image's boots
// and its way back are the bootloader's business, only a provisioning's are counted here. Takes the token of a planned wake
// in any case. Call it once in each boot, before user code, load_board() and Agent::begin(). `scratch` is used only during the
// call.
[[nodiscard]] EarlyBoot early_boot(hal::Flash& flash, hal::Boot& boot, hal::Crypto& crypto, Scratch& scratch);

}  // namespace flotilla
