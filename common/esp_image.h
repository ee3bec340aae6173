// The ESP8266 image format (esptool's "firmware image"): the header and segments from which an image's length follows.
// Layout: 8-byte header {0xE9, segment count, flash mode, size/frequency, entry u32}, per segment {address u32, size u32,
// data}, zero padding, and one checksum byte that ends at a multiple of 16 (elf2bin.py of the Arduino core).
#pragma once

#include <cstdint>

#include "common/byte_source.h"
#include "common/bytes.h"

namespace flotilla {

inline constexpr std::uint8_t kImageMagic = 0xE9;
inline constexpr std::uint32_t kMaxSegments = 16;

// The bytes of one image; offset 0 is its 0xE9.
using ImageReader = ByteSource;

enum class ImageCheck : std::uint8_t {
  Good,
  Unreadable,
  NoMagic,      // the first byte is not 0xE9
  BadSegments,  // no segment, or more than 16
  BadAddress,   // a segment or the entry lies outside the chip's RAM and flash window
  TooLong,      // longer than the limit
};
[[nodiscard]] const char* to_string(ImageCheck check);

// Walks header and segments. On Good, `length` is the image's size in bytes, a multiple of 16, at most `limit`.
[[nodiscard]] ImageCheck image_length(ImageReader& reader, std::uint32_t limit, std::uint32_t& length);

}  // namespace flotilla
