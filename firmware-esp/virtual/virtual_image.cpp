#include "firmware-esp/virtual/virtual_image.h"

#include <algorithm>
#include <random>

#include "common/crc32.h"
#include "common/flash_map.h"
#include "firmware-esp/virtual/flash_file.h"
#include "firmware-esp/virtual/little_endian.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kDescriptorOffset = 0x40;
constexpr std::uint32_t kDescriptorSize = 104;
constexpr std::uint32_t kDescriptorEnd = kDescriptorOffset + kDescriptorSize;
constexpr std::uint32_t kMagic = 0x49564C46;  // "FLVI"
constexpr std::uint32_t kFormat = 1;
constexpr std::uint32_t kBodyCrc = 96;
constexpr std::uint32_t kOwnCrc = 100;
constexpr std::uint32_t kVersionAt = 20;
constexpr std::uint32_t kHardwareAt = kVersionAt + kMaxVersion + 1;
static_assert(kHardwareAt + kMaxName + 1 <= kBodyCrc);

struct FaultName {
  Fault fault;
  std::string_view name;
};
constexpr FaultName kFaults[] = {
    {Fault::None, "none"},
    {Fault::SelftestFails, "selftest-fails"},
    {Fault::CrashesAtBoot, "crashes-at-boot"},
    {Fault::NoNetwork, "no-network"},
    {Fault::Hangs, "hangs"},
};

void store_text(std::uint8_t* out, std::string_view text) { std::copy(text.begin(), text.end(), out); }

std::string_view load_text(const std::uint8_t* in, std::size_t capacity) {
  const auto* end = std::find(in, in + capacity, 0);
  return ByteView(in, static_cast<std::size_t>(end - in)).text();
}

void store_descriptor(const ImageDescriptor& descriptor, std::uint32_t body_crc, std::uint8_t* out) {
  std::fill_n(out, kDescriptorSize, std::uint8_t{0});
  store_u32(out, kMagic);
  store_u32(out + 4, kFormat);
  store_u32(out + 8, static_cast<std::uint32_t>(descriptor.fault));
  store_u32(out + 12, static_cast<std::uint32_t>(descriptor.build_seconds));
  store_u32(out + 16, static_cast<std::uint32_t>(descriptor.build_seconds >> 32));
  store_text(out + kVersionAt, descriptor.version.view());
  store_text(out + kHardwareAt, descriptor.hardware.view());
  store_u32(out + kBodyCrc, body_crc);
  store_u32(out + kOwnCrc, crc32(ByteView(out, kOwnCrc)));
}

bool load_descriptor(const std::uint8_t* in, ImageDescriptor& out) {
  if (load_u32(in) != kMagic || load_u32(in + 4) != kFormat) return false;
  if (crc32(ByteView(in, kOwnCrc)) != load_u32(in + kOwnCrc)) return false;
  out.fault = static_cast<Fault>(load_u32(in + 8));
  out.build_seconds = load_u32(in + 12) | static_cast<std::uint64_t>(load_u32(in + 16)) << 32;
  return out.version.assign(load_text(in + kVersionAt, kMaxVersion + 1)) &&
         out.hardware.assign(load_text(in + kHardwareAt, kMaxName + 1));
}

struct Segment {
  std::uint32_t address;
  std::uint32_t size;
};

void store_header(std::uint8_t* out, std::uint8_t segments, std::uint32_t entry) {
  out[0] = kImageMagic;
  out[1] = segments;
  out[2] = 0x02;  // DIO
  out[3] = 0x40;  // 4 MB, 40 MHz
  store_u32(out + 4, entry);
}

// The segments as the core's linker script orders them: flash code, instruction RAM, data, constants.
std::vector<Segment> segments_of(std::uint32_t image_size) {
  // Header, four segment headers, and the checksum byte that ends the last 16 bytes.
  const std::uint32_t content = image_size - 8 - 4 * 8 - 16;
  const std::uint32_t code = std::min<std::uint32_t>(28 * 1024, content / 4) & ~3U;
  const std::uint32_t data = std::min<std::uint32_t>(1300, content / 16) & ~3U;
  const std::uint32_t constants = std::min<std::uint32_t>(2600, content / 8) & ~3U;
  // The checksum takes the place behind the content: what padding needs goes to the first segment.
  const std::uint32_t flash = (content + 15 - code - data - constants) & ~3U;
  return {{0x40201010, flash}, {0x40100000, code}, {0x3FFE8000, data}, {0x3FFE8000 + data, constants}};
}

void fill_random(std::uint8_t* out, std::size_t size, std::mt19937_64& random) {
  for (std::size_t i = 0; i < size; i += 8) {
    std::uint64_t word = random();
    for (std::size_t j = i; j < std::min(i + 8, size); ++j, word >>= 8) out[j] = static_cast<std::uint8_t>(word);
  }
}

// Sector 0: what stands for eboot, a small image of one segment.
void make_bootloader(std::uint8_t* out, std::mt19937_64& random) {
  constexpr std::uint32_t kEbootSize = 0x400;
  store_header(out, 1, 0x4010F400);
  store_u32(out + 8, 0x4010F000);
  store_u32(out + 12, kEbootSize);
  fill_random(out + 16, kEbootSize, random);
}

std::uint8_t checksum_of(const std::uint8_t* image, const std::vector<Segment>& segments) {
  std::uint8_t sum = 0xEF;
  std::uint32_t at = 8;
  for (const auto& segment : segments) {
    at += 8;
    for (std::uint32_t i = 0; i < segment.size; ++i) sum ^= image[at + i];
    at += segment.size;
  }
  return sum;
}

}  // namespace

std::string_view to_string(Fault fault) {
  for (const auto& row : kFaults) {
    if (row.fault == fault) return row.name;
  }
  return "unknown";
}

bool fault_from_name(std::string_view name, Fault& out) {
  const auto* row = std::find_if(std::begin(kFaults), std::end(kFaults), [&](const auto& f) { return f.name == name; });
  if (row == std::end(kFaults)) return false;
  out = row->fault;
  return true;
}

std::vector<std::uint8_t> make_image(const ImageRecipe& recipe) {
  const std::uint32_t size = recipe.size & ~15U;
  if (size < kMinImageSize || size > flash_map::kImageMax) return {};
  std::vector<std::uint8_t> file(flash_map::kImage + size, 0);
  std::mt19937_64 random(recipe.seed);
  make_bootloader(file.data(), random);

  std::uint8_t* image = file.data() + flash_map::kImage;
  const auto segments = segments_of(size);
  store_header(image, static_cast<std::uint8_t>(segments.size()), 0x40100080);
  std::uint32_t at = 8;
  for (const auto& segment : segments) {
    store_u32(image + at, segment.address);
    store_u32(image + at + 4, segment.size);
    fill_random(image + at + 8, segment.size, random);
    at += 8 + segment.size;
  }
  // The checksum covers the descriptor, so the CRC over the body leaves the checksum's byte out.
  const std::uint32_t body_crc = crc32(ByteView(image + kDescriptorEnd, size - 1 - kDescriptorEnd));
  store_descriptor(recipe.descriptor, body_crc, image + kDescriptorOffset);
  image[size - 1] = checksum_of(image, segments);
  return file;
}

ImageFindings inspect_image(hal::Flash& flash, std::uint32_t address) {
  ImageFindings findings;
  FlashImageReader reader(flash, address);
  const ImageCheck check = image_length(reader, flash_map::kImageMax, findings.length);
  if (check != ImageCheck::Good) return {.state = ImageState::NoImage, .problem = to_string(check)};

  std::uint8_t bytes[kDescriptorSize];
  if (findings.length < kMinImageSize || !reader.read(kDescriptorOffset, bytes, sizeof bytes) ||
      !load_descriptor(bytes, findings.descriptor)) {
    return {.state = ImageState::Foreign,
            .problem = "a firmware that was not made by `virtual-esp image`",
            .length = findings.length};
  }
  std::vector<std::uint8_t> body(findings.length - 1 - kDescriptorEnd);
  if (!reader.read(kDescriptorEnd, body.data(), body.size()) ||
      crc32(ByteView(body.data(), body.size())) != load_u32(bytes + kBodyCrc)) {
    findings.state = ImageState::Corrupted;
    findings.problem = "a mix of two images";
    return findings;
  }
  findings.state = ImageState::Runs;
  return findings;
}

}  // namespace flotilla
