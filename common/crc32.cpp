#include "common/crc32.h"

#include "common/flash_text.h"

namespace flotilla {
namespace {

// Half-byte table: 64 bytes instead of 1 KiB, and none of them in the ESP's RAM.
FLOTILLA_IN_FLASH constexpr std::uint32_t kTable[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
};

}  // namespace

std::uint32_t crc32(ByteView bytes, std::uint32_t previous) {
  std::uint32_t crc = ~previous;
  for (std::size_t i = 0; i < bytes.size; ++i) {
    crc ^= bytes.data[i];
    crc = (crc >> 4) ^ flash_word(&kTable[crc & 15]);
    crc = (crc >> 4) ^ flash_word(&kTable[crc & 15]);
  }
  return ~crc;
}

}  // namespace flotilla
