// The boot paths under test: our bootloader's own sources, a planted variant of them, or the stock eboot's behaviour.
#pragma once

#include <optional>

#include "firmware-esp/bootloader/boot.h"
#include "tests/bootloader/nor_cells.h"

namespace flotilla::bootloader_test {

using Prepare = boot_outcome (*)(boot*);

// What survives a reset, and is lost with the power.
struct RtcMemory {
  bool wake_token = false;
  std::optional<boot_image> copy_command;  // of the stock eboot
};

// One boot by our bootloader's sources. PowerCut passes through.
boot_outcome run_bootloader(Prepare prepare, NorCells& cells, RtcMemory& rtc);

// What the stock eboot does with its command: copies sector by sector without looking, and clears the command.
void run_stock_eboot(NorCells& cells, RtcMemory& rtc);

}  // namespace flotilla::bootloader_test
