// What a board leaves in RTC user memory before a planned deep sleep, so that the wake is not counted as a crash: two words
// from block 32 on (bootloader/boot_journal.h); the blocks below are the stock bootloader's. Pure.
#pragma once

#include <array>
#include <cstdint>

#include "firmware-esp/bootloader/boot_journal.h"

namespace flotilla {

inline constexpr std::uint32_t kRtcUserMemory = 0x60001200;  // block 0
inline constexpr std::uint32_t kWakeTokenBlock = (BOOT_WAKE_ADDRESS - kRtcUserMemory) / 4;
using WakeToken = std::array<std::uint32_t, 2>;

inline constexpr WakeToken kWakeToken{BOOT_WAKE_TOKEN, ~BOOT_WAKE_TOKEN};
// What our bootloader leaves of it in the boot that it does not count.
inline constexpr WakeToken kTakenWakeToken{0, ~BOOT_WAKE_TOKEN};

}  // namespace flotilla
