// The stock bootloader as it is: copies what a pending command in RTC memory asks for, without verifying and without a
// journal. Cut off by a reset it starts again from the beginning; cut off from power it leaves a mix.
#pragma once

#include <chrono>
#include <cstdint>

#include "firmware-esp/src/hal.h"
#include "firmware-esp/virtual/rtc_memory.h"

namespace flotilla {

// Executes a pending command and clears it, also when the flash refused. Returns the number of bytes copied, 0 when
// there was nothing to do. `per_sector` is waited for each sector: the chip takes about 50 ms.
std::uint32_t run_eboot(hal::Flash& flash, RtcMemory& rtc, std::chrono::milliseconds per_sector = {});

}  // namespace flotilla
