#include "common/digest.h"

namespace flotilla {
namespace {

int nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool Digest::is_zero() const {
  for (const auto byte : bytes) {
    if (byte != 0) return false;
  }
  return true;
}

FixedString<64> to_hex(const Digest& digest) {
  static constexpr char kDigits[] = "0123456789abcdef";
  char text[64];
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    text[2 * i] = kDigits[digest.bytes[i] >> 4];
    text[2 * i + 1] = kDigits[digest.bytes[i] & 15];
  }
  return FixedString<64>(std::string_view(text, sizeof text));
}

bool from_hex(std::string_view text, Digest& out) {
  if (text.size() != 64) return false;
  Digest parsed;
  for (std::size_t i = 0; i < parsed.bytes.size(); ++i) {
    const int high = nibble(text[2 * i]);
    const int low = nibble(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    parsed.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  out = parsed;
  return true;
}

}  // namespace flotilla
