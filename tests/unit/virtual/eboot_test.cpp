#include "firmware-esp/virtual/eboot.h"

#include <array>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/flash_map.h"
#include "firmware-esp/virtual/flash_file.h"
#include "firmware-esp/virtual/virtual_boot.h"
#include "firmware-esp/virtual/virtual_image.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/virtual/flash_until_reset.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kOldSize = 9 * 4096;
constexpr std::uint32_t kNewSize = 6 * 4096 + 160;
constexpr unsigned kForEver = 1000000;

ImageRecipe recipe(const char* version, std::uint32_t size) {
  ImageRecipe recipe;
  recipe.descriptor.version.assign_cut(version);
  recipe.size = size;
  return recipe;
}

class EbootTest : public testing::Test {
 protected:
  EbootTest() { flash_anew(); }
  void flash_anew() {
    flash.reset();
    const auto old_file = make_image(recipe("1.0.0", kOldSize));
    const std::vector<std::uint8_t> block(0x4000, 0xFF);
    FlashFile::create(dir.file("f"), ByteView(old_file.data(), old_file.size()), ByteView(block.data(), block.size()));
    flash = std::make_unique<FlashFile>(dir.file("f"));
    // As the agent fills a slot: the board's own first sector, then the image.
    const auto new_file = make_image(recipe("1.1.0", kNewSize));
    EXPECT_TRUE(flash->write(flash_map::kSlot[1], old_file.data(), flash_map::kSector));
    EXPECT_TRUE(flash->write(flash_map::kSlotImage[1], new_file.data() + flash_map::kSector, kNewSize));
    rtc.power_on();
  }
  bool arm() {
    VirtualBoot boot(*flash, rtc, ResetReason::Software, 1);
    return boot.arm({.slot = 1, .length = kNewSize});
  }
  std::string running() {
    const auto found = inspect_image(*flash, flash_map::kImage);
    return found.state == ImageState::Runs ? std::string(found.descriptor.version.view()) : std::string(found.problem);
  }

  test::TempDir dir;
  std::unique_ptr<FlashFile> flash;
  RtcMemory rtc{dir.file("rtc")};
};

TEST_F(EbootTest, WithoutCommandNothingHappens) {
  EXPECT_EQ(run_eboot(*flash, rtc), 0U);
  EXPECT_EQ(running(), "1.0.0");
}

TEST_F(EbootTest, CopiesOnceAndLeavesItsOwnSectorAlone) {
  ASSERT_TRUE(arm());
  FlashUntilReset counted(*flash, kForEver);
  EXPECT_EQ(run_eboot(counted, rtc), 8U * 4096) << "the filler, six whole sectors and one begun";
  EXPECT_EQ(running(), "1.1.0");
  EXPECT_EQ(counted.bootloader_erased, 0U);
  EXPECT_EQ(run_eboot(*flash, rtc), 0U) << "the command is cleared";
}

TEST_F(EbootTest, OwnSectorIsRewrittenWhereItDiffers) {
  ASSERT_TRUE(flash->erase_sector(flash_map::kSlot[1]));
  ASSERT_TRUE(arm());
  FlashUntilReset counted(*flash, kForEver);
  run_eboot(counted, rtc);
  EXPECT_EQ(counted.bootloader_erased, 1U);
}

TEST_F(EbootTest, ResetAtAnyMomentEndsInTheNewImage) {
  unsigned cuts = 0;
  for (bool finished = false; !finished; ++cuts) {
    flash_anew();
    ASSERT_TRUE(arm());
    FlashUntilReset cut(*flash, cuts);
    finished = true;
    try {
      run_eboot(cut, rtc);
    } catch (const Reset&) {
      finished = false;
    }
    run_eboot(*flash, rtc);
    ASSERT_EQ(running(), "1.1.0") << "cut after " << cuts << " operations";
  }
  EXPECT_EQ(cuts, 7U * 2 + 1) << "every erase and every write was cut before";
}

TEST_F(EbootTest, PowerCutInTheMiddleLeavesAMix) {
  ASSERT_TRUE(arm());
  FlashUntilReset cut(*flash, 8);
  EXPECT_THROW(run_eboot(cut, rtc), Reset);
  std::filesystem::remove(dir.file("rtc"));
  EXPECT_FALSE(rtc.had_power());
  EXPECT_EQ(run_eboot(*flash, rtc), 0U);
  EXPECT_NE(inspect_image(*flash, flash_map::kImage).state, ImageState::Runs);
}

TEST_F(EbootTest, DamagedCommandIsNoCommand) {
  ASSERT_TRUE(arm());
  std::string bytes = test::read_file(dir.file("rtc"));
  bytes[9] = static_cast<char>(bytes[9] ^ 1);
  test::write_file(dir.file("rtc"), bytes);
  EXPECT_EQ(run_eboot(*flash, rtc), 0U);
  EXPECT_EQ(running(), "1.0.0");
}

TEST_F(EbootTest, ArmsOnlySlotsAndImagesThatFit) {
  VirtualBoot boot(*flash, rtc, ResetReason::Software, 1);
  EXPECT_FALSE(boot.arm({.slot = 2, .length = kNewSize}));
  EXPECT_FALSE(boot.arm({.slot = 0, .length = flash_map::kImageMax + 16}));
  CopyCommand command;
  EXPECT_FALSE(rtc.load(command));
}

}  // namespace
}  // namespace flotilla
