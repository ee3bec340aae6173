// What a board leaves in RTC user memory before a planned deep sleep, so that the wake is not counted as a crash. Three
// words from block 32 on; the blocks below are the bootloader's. Pure.
//
//   word 0  "FLWK" as little-endian bytes
//   word 1  a random number
//   word 2  zlib's CRC-32 of the eight bytes of words 0 and 1
#pragma once

#include <array>
#include <cstdint>

namespace flotilla {

inline constexpr std::uint32_t kWakeTokenBlock = 32;
using WakeToken = std::array<std::uint32_t, 3>;

[[nodiscard]] WakeToken make_wake_token(std::uint32_t random);
// false for everything else, a cleared token and the noise after a loss of power among it.
[[nodiscard]] bool is_wake_token(const WakeToken& words);

}  // namespace flotilla
