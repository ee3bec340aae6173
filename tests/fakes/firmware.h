// ESP8266 firmware files as a build makes them (elf2bin.py of the Arduino core), with made-up content.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace flotilla::test {

struct Segment {
  std::uint32_t address = 0;
  std::size_t size = 0;
};

inline void append_u32(std::string& out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

inline std::string make_segments(std::uint32_t entry, const std::vector<Segment>& segments, char fill) {
  std::string out{'\xe9', static_cast<char>(segments.size()), '\x02', '\x40'};
  append_u32(out, entry);
  for (const auto& segment : segments) {
    append_u32(out, segment.address);
    append_u32(out, static_cast<std::uint32_t>(segment.size));
    out.append(segment.size, fill);
  }
  do out += '\0';
  while (out.size() % 16 != 0);
  return out;
}

// A bare image of about `size` bytes, a multiple of 16.
inline std::string make_bare_image(std::size_t size = 20000, char fill = 'x') {
  return make_segments(0x40100004, {{0x40201010, size}, {0x40100000, 100}, {0x3FFE8000, 32}}, fill);
}

// Sector 0 as the stock bootloader fills it: it loads itself to the end of the instruction RAM.
inline std::string make_bootloader_sector() {
  std::string sector = make_segments(0x4010F000, {{0x4010F000, 3000}, {0x4010FC00, 0}}, 'b');
  sector.resize(0x1000, '\xaa');
  return sector;
}

}  // namespace flotilla::test
