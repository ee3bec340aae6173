// The stock bootloader's order to copy, as the core's cores/esp8266/eboot_command.h lays it out in RTC memory: 32 words
// at 0x60001200 (user blocks 0-31), which a reset keeps and a loss of power does not. Pure.
//
//   word 0      0xeb001000
//   word 1      1: copy raw
//   words 2-4   from, to, bytes; flash addresses, both on sectors
//   words 5-30  0
//   word 31     CRC-32 of the bytes of words 0-30 as the core's crc32() has it: polynomial 0x04c11db7, highest bit first,
//               begun with all ones, not inverted at the end (CRC-32/MPEG-2, not zlib's)
#pragma once

#include <array>
#include <cstdint>

namespace flotilla {

inline constexpr std::uint32_t kEbootMagic = 0xeb001000;
inline constexpr std::uint32_t kEbootCopyRaw = 1;
inline constexpr std::uint32_t kEbootBlocks = 32;  // of RTC user memory, from the first on
using EbootCommand = std::array<std::uint32_t, kEbootBlocks>;

// Copies the slot that begins at `slot` to address 0: its first sector (the filler for sector 0), and the `image_size`
// bytes of image that lie behind it. The bootloader copies whole sectors.
[[nodiscard]] EbootCommand copy_slot_command(std::uint32_t slot, std::uint32_t image_size);

}  // namespace flotilla
