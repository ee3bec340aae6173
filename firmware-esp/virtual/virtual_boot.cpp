#include "firmware-esp/virtual/virtual_boot.h"

#include <stdexcept>

#include "common/flash_map.h"

namespace flotilla {

bool VirtualBoot::arm(std::uint32_t slot, std::uint32_t length) {
  if ((slot != flash_map::kSlot[0] && slot != flash_map::kSlot[1]) || length > flash_map::kImageMax) return false;
  try {
    // From the slot's start: its first sector is the filler that keeps eboot's own sector as it is.
    rtc_.store({.source = slot, .target = 0, .size = flash_map::kImage + length});
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

}  // namespace flotilla
