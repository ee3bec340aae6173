// How the stock bootloader copies: sector by sector, without verifying and without a journal. Sector 0, its own, is
// rewritten only where it differs. Header-only, so that the tests' boards run the same lines as virtual-esp.
#pragma once

#include <cstdint>
#include <vector>

#include "common/flash_map.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

// Returns the number of bytes copied, `size` rounded up to a sector where nothing failed; the first operation that fails
// ends it. `copied` is called after each sector.
template <typename Copied>
std::uint32_t eboot_copy(hal::Flash& flash, std::uint32_t source, std::uint32_t target, std::uint32_t size,
                         Copied copied) {
  constexpr auto kSector = flash_map::kSector;
  std::vector<std::uint8_t> bytes(kSector);
  std::vector<std::uint8_t> own(kSector);
  std::uint32_t done = 0;
  for (; done < size; done += kSector) {
    if (!flash.read(source + done, bytes.data(), kSector)) return done;
    // A needless erase of the bootloader would be a needless moment without one.
    const bool bootloader = target + done == 0;
    if (bootloader && !flash.read(0, own.data(), kSector)) return done;
    const bool skip = bootloader && own == bytes;
    if (!skip && !(flash.erase_sector(target + done) && flash.write(target + done, bytes.data(), kSector))) return done;
    copied();
  }
  return done;
}

}  // namespace flotilla
