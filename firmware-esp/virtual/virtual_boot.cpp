#include "firmware-esp/virtual/virtual_boot.h"

#include <stdexcept>

#include "common/flash_map.h"

namespace flotilla {

bool VirtualBoot::arm(const hal::BootOrder& order) {
  if (order.slot > 1 || order.length > flash_map::kImageMax) return false;
  try {
    // From the slot's start: its first sector is the filler that keeps eboot's own sector as it is.
    rtc_.store({.source = flash_map::kSlot[order.slot], .target = 0, .size = flash_map::kImage + order.length});
  } catch (const std::runtime_error&) {
    return false;
  }
  return true;
}

}  // namespace flotilla
