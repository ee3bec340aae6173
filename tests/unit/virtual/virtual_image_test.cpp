#include "firmware-esp/virtual/virtual_image.h"

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "common/esp_image.h"
#include "common/flash_map.h"
#include "firmware-esp/virtual/flash_file.h"
#include "tests/support/temp_dir.h"

namespace flotilla {
namespace {

class MemoryReader : public ImageReader {
 public:
  explicit MemoryReader(ByteView bytes) : bytes_(bytes) {}
  bool read(std::uint32_t offset, std::uint8_t* out, std::size_t size) override {
    if (offset > bytes_.size || size > bytes_.size - offset) return false;
    std::copy_n(bytes_.data + offset, size, out);
    return true;
  }

 private:
  ByteView bytes_;
};

ImageRecipe recipe(std::uint32_t size) {
  ImageRecipe recipe;
  recipe.descriptor = {VersionText("1.2.3-rc.1"), Name("esp12f"), Fault::NoNetwork, 0x123456789AULL};
  recipe.size = size;
  return recipe;
}

TEST(VirtualImage, LengthFollowsFromTheHeaders) {
  for (const std::uint32_t size : {kMinImageSize, 2064U, 4096U, 5000U, 420000U, 420015U, flash_map::kImageMax}) {
    const auto file = make_image(recipe(size));
    ASSERT_EQ(file.size(), flash_map::kImage + (size & ~15U));
    MemoryReader reader(ByteView(file.data() + flash_map::kImage, file.size() - flash_map::kImage));
    std::uint32_t length = 0;
    ASSERT_EQ(image_length(reader, flash_map::kImageMax, length), ImageCheck::Good) << size;
    EXPECT_EQ(length, size & ~15U);
    EXPECT_EQ(file[0], kImageMagic) << "sector 0 holds a bootloader";
  }
}

TEST(VirtualImage, SizesThatNoBoardTakesAreRefused) {
  EXPECT_TRUE(make_image(recipe(kMinImageSize - 16)).empty());
  EXPECT_TRUE(make_image(recipe(flash_map::kImageMax + 16)).empty());
}

// esptool's rule: 0xEF xor all bytes of the segments' data, in the last byte.
TEST(VirtualImage, ChecksumIsAsEsptoolComputesIt) {
  const auto file = make_image(recipe(10000));
  const std::uint8_t* image = file.data() + flash_map::kImage;
  std::uint8_t sum = 0xEF;
  std::size_t at = 8;
  for (unsigned segment = 0; segment < image[1]; ++segment) {
    const std::size_t size = image[at + 4] | static_cast<std::size_t>(image[at + 5]) << 8;
    at += 8;
    for (std::size_t i = 0; i < size; ++i) sum ^= image[at + i];
    at += size;
  }
  EXPECT_EQ(file.back(), sum);
}

TEST(VirtualImage, SeedAndVersionMakeTheContent) {
  const auto one = make_image(recipe(5000));
  EXPECT_EQ(one, make_image(recipe(5000)));
  auto other = recipe(5000);
  other.seed = 2;
  EXPECT_NE(one, make_image(other));
}

TEST(VirtualImage, FaultsHaveNamesAndComeBack) {
  for (const Fault fault : {Fault::None, Fault::SelftestFails, Fault::CrashesAtBoot, Fault::NoNetwork, Fault::Hangs}) {
    Fault found = Fault::None;
    EXPECT_TRUE(fault_from_name(to_string(fault), found));
    EXPECT_EQ(found, fault);
  }
  Fault found = Fault::Hangs;
  EXPECT_FALSE(fault_from_name("sulks", found));
}

class InspectTest : public testing::Test {
 protected:
  InspectTest() {
    const auto file = make_image(recipe(20000));
    const std::vector<std::uint8_t> block(0x4000, 0xFF);
    FlashFile::create(dir.file("f"), ByteView(file.data(), file.size()), ByteView(block.data(), block.size()));
    flash = std::make_unique<FlashFile>(dir.file("f"));
  }
  void clear_word(std::uint32_t address) {
    const std::array<std::uint8_t, 4> zeros{};
    ASSERT_TRUE(flash->write(address, zeros.data(), zeros.size()));
  }
  test::TempDir dir;
  std::unique_ptr<FlashFile> flash;
};

TEST_F(InspectTest, DescriptorComesBack) {
  const auto found = inspect_image(*flash, flash_map::kImage);
  ASSERT_EQ(found.state, ImageState::Runs) << found.problem;
  EXPECT_EQ(found.length, 20000U);
  EXPECT_EQ(found.descriptor.version.view(), "1.2.3-rc.1");
  EXPECT_EQ(found.descriptor.hardware.view(), "esp12f");
  EXPECT_EQ(found.descriptor.fault, Fault::NoNetwork);
  EXPECT_EQ(found.descriptor.build_seconds, 0x123456789AULL);
}

TEST_F(InspectTest, EmptyFlashHoldsNoImage) {
  EXPECT_EQ(inspect_image(*flash, flash_map::kSlotImage[0]).state, ImageState::NoImage);
}

TEST_F(InspectTest, DamagedDescriptorIsAForeignFirmware) {
  clear_word(flash_map::kImage + 0x50);
  EXPECT_EQ(inspect_image(*flash, flash_map::kImage).state, ImageState::Foreign);
}

TEST_F(InspectTest, DamagedContentIsFound) {
  clear_word(flash_map::kImage + 15000);
  const auto found = inspect_image(*flash, flash_map::kImage);
  EXPECT_EQ(found.state, ImageState::Corrupted);
  EXPECT_EQ(found.descriptor.version.view(), "1.2.3-rc.1") << "still told, for the log";
}

}  // namespace
}  // namespace flotilla
