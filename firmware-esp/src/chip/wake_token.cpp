#include "firmware-esp/src/chip/wake_token.h"

#include "common/crc32.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kMagic = 0x4b574c46;

std::uint32_t checksum(const WakeToken& words) {
  std::array<std::uint8_t, 8> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::uint8_t>(words[i / 4] >> i % 4 * 8);
  return crc32(ByteView(bytes));
}

}  // namespace

WakeToken make_wake_token(std::uint32_t random) {
  WakeToken words{kMagic, random, 0};
  words[2] = checksum(words);
  return words;
}

bool is_wake_token(const WakeToken& words) { return words[0] == kMagic && words[2] == checksum(words); }

}  // namespace flotilla
