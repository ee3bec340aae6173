// Little-endian numbers in byte buffers, as the chip stores them.
#pragma once

#include <cstdint>

namespace flotilla {

inline void store_u32(std::uint8_t* out, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

[[nodiscard]] inline std::uint32_t load_u32(const std::uint8_t* in) {
  std::uint32_t value = 0;
  for (unsigned i = 4; i-- > 0;) value = value << 8 | in[i];
  return value;
}

}  // namespace flotilla
