#include "daemon/bundle/firmware_image.h"

#include <gtest/gtest.h>

#include "common/flash_map.h"
#include "proto/provisioning_block.h"
#include "tests/fakes/firmware.h"

namespace flotilla::bundle {
namespace {

using test::make_bare_image;
using test::make_bootloader_sector;
using test::make_segments;

std::string found_in(const std::string& file) {
  const auto image = find_image(ByteView(file), "sensor.bin");
  return image.ok() ? std::string(image->text()) : "error: " + image.error().message;
}

TEST(FindImage, TheSameImageFromEveryKindOfFile) {
  const std::string image = make_bare_image();
  EXPECT_EQ(found_in(image), image);
  EXPECT_EQ(found_in(make_bootloader_sector() + image), image);
  EXPECT_EQ(found_in(make_bootloader_sector() + image + std::string(3000, '\xff')), image);
  EXPECT_EQ(found_in(make_bootloader_sector() + image + std::string(3000, '\xaa')), image);
  EXPECT_EQ(found_in(image + '\xff'), image);
}

TEST(FindImage, ImageWithTheMagicAt0x1000IsNotAWholeFile) {
  std::string image = make_bare_image();
  image[0x1000] = '\xe9';  // its first segment goes on beyond sector 0
  EXPECT_EQ(found_in(image), image);
}

TEST(FindImage, LargestImageFits) {
  const std::string probe = make_bare_image(1000000);
  const std::size_t rest = flash_map::kImageMax - probe.size();
  EXPECT_EQ(found_in(make_bare_image(1000000 + rest)).size(), flash_map::kImageMax);
  EXPECT_NE(found_in(make_bare_image(1000016 + rest)).find("1028096 bytes"), std::string::npos);
}

struct Refusal {
  const char* name;
  std::string file;
  const char* message;
  const char* hint;
};

TEST(FindImage, SaysWhyItIsNone) {
  const std::string image = make_bare_image();
  const std::string whole = make_bootloader_sector() + image;
  const std::string segments_beyond = make_segments(0x40100004, {{0x60000000, 64}}, 's');
  const Refusal rows[] = {
      {"empty", "", "is empty", ".bin"},
      {"text", "not firmware at all", "0xE9", ".bin"},
      {"short text", "hello", "0xE9", ".bin"},
      {"gzip", "\x1f\x8b" + image, "0xE9", "gzip"},
      {"ELF",
       "\x7f"
       "ELF" +
           image,
       "0xE9", "ELF"},
      {"bundle", "FLOTILLA" + image, "0xE9", "bundle"},
      {"header only", image.substr(0, 8), "shorter than its headers say", "truncated"},
      {"cut in a segment", image.substr(0, image.size() / 2), "shorter than its headers say", "truncated"},
      {"last byte missing", whole.substr(0, whole.size() - 1), "shorter than its headers say", "truncated"},
      {"signature behind", whole + "SIG", "3 bytes behind the end", "signature"},
      {"mixed padding behind", whole + "\xff\xaa", "2 bytes behind the end", "file system"},
      {"no segments", std::string("\xe9\0\0\0\x04\0\x10\x40", 8) + image, "damaged", ".bin"},
      {"segment outside the chip", segments_beyond, "damaged", ".bin"},
      {"bootloader alone", make_bootloader_sector(), "no image behind it at 0x1000", ".bin"},
      {"bootloader and nothing of ours", make_bootloader_sector() + std::string(5000, '\xff'),
       "no image behind it at 0x1000", ".bin"},
  };
  for (const auto& row : rows) {
    const auto refused = find_image(ByteView(row.file), "sensor.bin");
    ASSERT_FALSE(refused.ok()) << row.name;
    EXPECT_EQ(refused.error().code, ErrorCode::Corrupt) << row.name;
    EXPECT_EQ(refused.error().message.rfind("sensor.bin ", 0), 0U) << refused.error().message;
    EXPECT_NE(refused.error().message.find(row.message), std::string::npos) << refused.error().message;
    EXPECT_NE(refused.error().hint.find(row.hint), std::string::npos) << row.name << ": " << refused.error().hint;
  }
}

// A file with a board's key must not become a release that every board may fetch.
TEST(FindImage, AnAdoptionImageIsNoFirmware) {
  for (const std::string& front : {std::string(), make_bootloader_sector()}) {
    std::string file = front + make_bare_image();
    file.resize((file.size() + 0xFFF) / 0x1000 * 0x1000, '\xff');
    std::string block(4096, '\xff');
    const std::string_view message = "a board's secrets";
    ASSERT_NE(
        write_provisioning_block(1, ByteView(message), reinterpret_cast<std::uint8_t*>(block.data()), block.size()),
        0U);
    const auto refused = find_image(ByteView(file + block), "kitchen.bin");
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, ErrorCode::Refused);
    EXPECT_NE(refused.error().message.find("adoption image"), std::string::npos) << refused.error().message;
  }
}

TEST(FindFlashableImage, NeedsTheBootloaderInFront) {
  const std::string image = make_bare_image();
  const std::string whole = make_bootloader_sector() + image + std::string(100, '\xff');
  const auto found = find_flashable_image(ByteView(whole), "sensor.bin");
  ASSERT_TRUE(found.ok()) << found.error().message;
  EXPECT_EQ(found->text(), image);
  const auto bare = find_flashable_image(ByteView(image), "sensor.bin");
  ASSERT_FALSE(bare.ok());
  EXPECT_NE(bare.error().message.find("no image at 0x1000"), std::string::npos);
  EXPECT_NE(bare.error().hint.find("0x0"), std::string::npos);
  EXPECT_FALSE(find_flashable_image(ByteView(make_bootloader_sector()), "sensor.bin").ok());
  EXPECT_FALSE(find_flashable_image(ByteView(std::string_view("\x1f\x8b whole file, compressed")), "x").ok());
}

TEST(FindImage, EveryTruncationIsRefused) {
  const std::string whole = make_bootloader_sector() + make_bare_image(500);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(find_image(ByteView(std::string_view(whole).substr(0, size)), "x").ok()) << size;
  }
  EXPECT_TRUE(find_image(ByteView(whole), "x").ok());
}

TEST(CheckImage, TakesOneImageAndNothingBehindIt) {
  const std::string image = make_bare_image();
  EXPECT_TRUE(check_image(ByteView(image), "image").ok());
  EXPECT_FALSE(check_image(ByteView(image + '\xff'), "image").ok());
  EXPECT_FALSE(check_image(ByteView(make_bootloader_sector() + image), "image").ok());
  EXPECT_FALSE(check_image(ByteView(), "image").ok());
}

}  // namespace
}  // namespace flotilla::bundle
