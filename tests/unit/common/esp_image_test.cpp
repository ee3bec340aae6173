#include "common/esp_image.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace flotilla {
namespace {

class BufferReader : public ImageReader {
 public:
  explicit BufferReader(std::string bytes) : bytes_(std::move(bytes)) {}
  bool read(std::uint32_t offset, std::uint8_t* out, std::size_t size) override {
    if (offset > bytes_.size() || size > bytes_.size() - offset) return false;
    std::memcpy(out, bytes_.data() + offset, size);
    return true;
  }

 private:
  std::string bytes_;
};

std::string u32(std::uint32_t value) {
  std::string out;
  for (int i = 0; i < 4; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

struct Segment {
  std::uint32_t address;
  std::uint32_t size;
};

std::string image(const std::vector<Segment>& segments, std::uint32_t entry = 0x40100004) {
  std::string out = {'\xE9', static_cast<char>(segments.size()), 0, 0x40};
  out += u32(entry);
  for (const auto& segment : segments) out += u32(segment.address) + u32(segment.size) + std::string(segment.size, 'x');
  out.resize(((out.size() + 16) & ~std::size_t{15}) - 1, '\0');
  out.push_back('\xEF');
  return out;
}

TEST(EspImage, LengthFollowsFromTheHeaders) {
  for (const std::uint32_t size : {4U, 5U, 15U, 16U, 17U, 1000U}) {
    const auto bytes = image({{0x40201010, size}, {0x40100000, 32}, {0x3FFE8000, 12}});
    std::uint32_t length = 0;
    BufferReader reader(bytes + std::string(100, '\xFF'));
    ASSERT_EQ(image_length(reader, 1U << 20, length), ImageCheck::Good) << size;
    EXPECT_EQ(length, bytes.size()) << size;
    EXPECT_EQ(length % 16, 0U);
  }
}

struct BadCase {
  const char* name;
  std::string bytes;
  ImageCheck expected;
};

TEST(EspImage, SaysWhatIsWrong) {
  const auto good = image({{0x40201010, 1000}, {0x40100000, 32}});
  auto no_magic = good;
  no_magic[0] = '\x1F';
  auto no_segments = good;
  no_segments[1] = 0;
  auto many_segments = good;
  many_segments[1] = 17;
  const std::vector<BadCase> cases = {
      {"empty", "", ImageCheck::Unreadable},
      {"gzip", no_magic, ImageCheck::NoMagic},
      {"no segments", no_segments, ImageCheck::BadSegments},
      {"many segments", many_segments, ImageCheck::BadSegments},
      {"cut in a header", good.substr(0, 12), ImageCheck::Unreadable},
      {"cut in the data", good.substr(0, 500), ImageCheck::Unreadable},
      {"without its checksum", good.substr(0, good.size() - 1), ImageCheck::Unreadable},
      {"a segment elsewhere", image({{0x60000000, 16}}), ImageCheck::BadAddress},
      {"a segment over the end", image({{0x3FFFFFF0, 32}}), ImageCheck::BadAddress},
      {"a hostile size", good.substr(0, 12) + u32(0xFFFFFFF0) + good.substr(16), ImageCheck::BadAddress},
      {"entry elsewhere", image({{0x40201010, 16}}, 0x1000), ImageCheck::BadAddress},
  };
  for (const auto& row : cases) {
    std::uint32_t length = 77;
    BufferReader reader(row.bytes);
    EXPECT_EQ(image_length(reader, 1U << 20, length), row.expected) << row.name;
    EXPECT_EQ(length, 77U) << row.name;
    EXPECT_GT(std::string(to_string(row.expected)).size(), 5U);
  }
}

TEST(EspImage, TheLimitIsInclusive) {
  const auto bytes = image({{0x40201010, 1000}});
  std::uint32_t length = 0;
  BufferReader reader(bytes);
  EXPECT_EQ(image_length(reader, static_cast<std::uint32_t>(bytes.size()), length), ImageCheck::Good);
  EXPECT_EQ(image_length(reader, static_cast<std::uint32_t>(bytes.size()) - 1, length), ImageCheck::TooLong);
}

}  // namespace
}  // namespace flotilla
