#include "firmware-esp/virtual/virtual_boot.h"

#include <stdexcept>

#include "common/flash_map.h"

namespace flotilla {

VirtualBoot::VirtualBoot(hal::Flash& flash, RtcMemory& rtc, ResetReason reason, std::uint32_t chip_id)
    : rtc_(rtc), journal_(flash, BootMap{}) {
  facts_.reset_reason = reason;
  facts_.chip_id = chip_id;
  facts_.power_safe = has_power_safe_bootloader(flash);
  facts_.tried = facts_.power_safe && journal_.tried();
}

bool VirtualBoot::arm(const hal::BootOrder& order) {
  return facts_.power_safe ? journal_.arm(order) : order_of_eboot(order);
}

bool VirtualBoot::order_of_eboot(const hal::BootOrder& order) {
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
