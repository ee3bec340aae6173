// Our bootloader on a virtual board: its own sources (firmware-esp/bootloader), with the flash file and the RTC file as
// the chip. Cut off from power or by a reset at any moment, it finishes at the next boot what the journal asks for.
#pragma once

#include <chrono>
#include <string>

#include "firmware-esp/src/hal.h"
#include "firmware-esp/virtual/rtc_memory.h"

namespace flotilla {

struct BootloaderRun {
  bool starts = false;  // there is an image to start
  std::string said;     // what it wrote to the serial port, one character for each thing done (bootloader/boot.c)
};

// One boot. `per_sector` is waited for each sector that is erased: the chip takes about 50 ms.
[[nodiscard]] BootloaderRun run_bootloader(hal::Flash& flash, RtcMemory& rtc,
                                           std::chrono::milliseconds per_sector = {});

}  // namespace flotilla
