// A SHA-256 digest (FIPS 180-4, 32 bytes) as a value, and its lower-case hexadecimal form. Who computes it is handed in.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/bytes.h"

namespace flotilla {

struct Digest {
  std::array<std::uint8_t, 32> bytes{};

  [[nodiscard]] bool is_zero() const;
  friend bool operator==(const Digest& a, const Digest& b) { return a.bytes == b.bytes; }
  friend bool operator!=(const Digest& a, const Digest& b) { return a.bytes != b.bytes; }
  friend bool operator<(const Digest& a, const Digest& b) { return a.bytes < b.bytes; }
};

// 64 lower-case hexadecimal digits.
FixedString<64> to_hex(const Digest& digest);

// Accepts exactly 64 hexadecimal digits of either case; false leaves `out` untouched.
[[nodiscard]] bool from_hex(std::string_view text, Digest& out);

}  // namespace flotilla
