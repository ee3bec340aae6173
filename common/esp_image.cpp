#include "common/esp_image.h"

namespace flotilla {
namespace {

std::uint32_t load_u32(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8 |
         static_cast<std::uint32_t>(bytes[2]) << 16 | static_cast<std::uint32_t>(bytes[3]) << 24;
}

struct Range {
  std::uint32_t begin;
  std::uint32_t end;
};

// What the Arduino core's linker scripts use (eagle.app.v6.common.ld.h): data RAM, instruction RAM (48 KiB where the
// cache gives 16 KiB back), and the first megabyte of flash as the processor sees it.
constexpr Range kLoadable[] = {{0x3FFE8000, 0x40000000}, {0x40100000, 0x4010C000}, {0x40200000, 0x40300000}};

bool is_loadable(std::uint32_t address, std::uint32_t size) {
  for (const auto& range : kLoadable) {
    if (address >= range.begin && address <= range.end && size <= range.end - address) return true;
  }
  return false;
}

}  // namespace

const char* to_string(ImageCheck check) {
  switch (check) {
    case ImageCheck::Good: return "a whole image";
    case ImageCheck::Unreadable: return "shorter than its headers say";
    case ImageCheck::NoMagic: return "not an ESP8266 image (the first byte is not 0xE9)";
    case ImageCheck::BadSegments: return "damaged (its header names no or too many segments)";
    case ImageCheck::BadAddress: return "damaged (a segment lies outside the chip's memory)";
    case ImageCheck::TooLong: return "too large";
  }
  return "unknown";
}

ImageCheck image_length(ImageReader& reader, std::uint32_t limit, std::uint32_t& length) {
  std::uint8_t header[8];
  if (!reader.read(0, header, sizeof header)) return ImageCheck::Unreadable;
  if (header[0] != kImageMagic) return ImageCheck::NoMagic;
  const std::uint32_t segments = header[1];
  if (segments == 0 || segments > kMaxSegments) return ImageCheck::BadSegments;
  if (!is_loadable(load_u32(header + 4), 0)) return ImageCheck::BadAddress;

  std::uint32_t offset = sizeof header;
  for (std::uint32_t i = 0; i < segments; ++i) {
    if (!reader.read(offset, header, sizeof header)) return ImageCheck::Unreadable;
    const std::uint32_t size = load_u32(header + 4);
    if (!is_loadable(load_u32(header), size)) return ImageCheck::BadAddress;
    offset += static_cast<std::uint32_t>(sizeof header) + size;  // no overflow: 16 segments of at most 1 MiB
    if (offset > limit) return ImageCheck::TooLong;
  }
  const std::uint32_t end = (offset + 16) & ~std::uint32_t{15};
  if (end > limit) return ImageCheck::TooLong;
  std::uint8_t checksum = 0;
  if (!reader.read(end - 1, &checksum, 1)) return ImageCheck::Unreadable;
  length = end;
  return ImageCheck::Good;
}

}  // namespace flotilla
