#include "firmware-esp/virtual/virtual_bootloader.h"

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

std::vector<std::uint8_t> file_of(const char* version, std::uint32_t size) {
  ImageRecipe recipe;
  recipe.descriptor.version.assign_cut(version);
  recipe.size = size;
  return make_image(recipe);
}

// Runs 1.0.0, which lies in slot 0 as well; 1.1.0 lies in slot 1.
class VirtualBootloader : public testing::Test {
 protected:
  VirtualBootloader() { flash_anew(); }
  void flash_anew() {
    flash.reset();
    const std::vector<std::uint8_t> block(0x4000, 0xFF);
    FlashFile::create(dir.file("f"), ByteView(old_.data(), old_.size()), ByteView(block.data(), block.size()),
                      Bootloader::Flotilla);
    flash = std::make_unique<FlashFile>(dir.file("f"));
    EXPECT_TRUE(flash->write(flash_map::kSlotImage[0], old_.data() + flash_map::kImage, kOldSize));
    EXPECT_TRUE(flash->write(flash_map::kSlotImage[1], new_.data() + flash_map::kImage, kNewSize));
    rtc.power_on();
  }
  std::unique_ptr<VirtualBoot> boot_port() {
    return std::make_unique<VirtualBoot>(*flash, rtc, ResetReason::Software, 1);
  }
  bool arm() {
    return boot_port()->arm({.slot = 1, .length = kNewSize, .fallback_length = kOldSize, .trial_boots = 2});
  }
  void cut_power() {
    std::filesystem::remove(dir.file("rtc"));
    rtc.power_on();
  }
  std::string running() {
    const auto found = inspect_image(*flash, flash_map::kImage);
    return found.state == ImageState::Runs ? std::string(found.descriptor.version.view()) : std::string(found.problem);
  }

  const std::vector<std::uint8_t> old_ = file_of("1.0.0", kOldSize);
  const std::vector<std::uint8_t> new_ = file_of("1.1.0", kNewSize);
  test::TempDir dir;
  std::unique_ptr<FlashFile> flash;
  RtcMemory rtc{dir.file("rtc")};
};

TEST_F(VirtualBootloader, IsKnownByItsSignature) {
  EXPECT_TRUE(boot_port()->facts().power_safe);
  std::vector<std::uint8_t> zeros(4);
  ASSERT_TRUE(flash->write(BOOT_SIGNATURE_OFFSET, zeros.data(), zeros.size()));
  EXPECT_FALSE(boot_port()->facts().power_safe);
}

TEST_F(VirtualBootloader, TriesAndGoesBackByItself) {
  ASSERT_TRUE(arm());
  EXPECT_EQ(run_bootloader(*flash, rtc).said, "vct0");
  EXPECT_EQ(running(), "1.1.0");
  EXPECT_TRUE(boot_port()->facts().tried);
  EXPECT_EQ(run_bootloader(*flash, rtc).said, "t1");
  EXPECT_EQ(run_bootloader(*flash, rtc).said, "uvc");
  EXPECT_EQ(running(), "1.0.0");
  EXPECT_TRUE(boot_port()->facts().tried) << "so that the agent knows why it runs again";
  EXPECT_TRUE(boot_port()->keep(0, kOldSize));
  EXPECT_FALSE(boot_port()->facts().tried) << "it has been told";
}

TEST_F(VirtualBootloader, KeepsWhatIsConfirmed) {
  ASSERT_TRUE(arm());
  EXPECT_TRUE(run_bootloader(*flash, rtc).starts);
  EXPECT_TRUE(boot_port()->confirm());
  for (int i = 0; i < 5; ++i) EXPECT_EQ(run_bootloader(*flash, rtc).said, "");
  EXPECT_EQ(running(), "1.1.0");
  EXPECT_FALSE(boot_port()->facts().tried) << "of an order that is over";
}

TEST_F(VirtualBootloader, APlannedWakeIsNoTrialBoot) {
  ASSERT_TRUE(arm());
  EXPECT_TRUE(run_bootloader(*flash, rtc).starts);
  for (int i = 0; i < 5; ++i) {
    boot_port()->plan_wake();
    EXPECT_EQ(run_bootloader(*flash, rtc).said, "w");
  }
  EXPECT_EQ(run_bootloader(*flash, rtc).said, "t1");
}

TEST_F(VirtualBootloader, PowerCutAtAnyOperationLeavesAnImageThatRuns) {
  unsigned cuts = 0;
  for (bool finished = false; !finished; ++cuts) {
    flash_anew();
    ASSERT_TRUE(arm());
    FlashUntilReset cut(*flash, cuts);
    finished = true;
    try {
      (void)run_bootloader(cut, rtc);
    } catch (const Reset&) {
      finished = false;
    }
    cut_power();
    EXPECT_TRUE(run_bootloader(*flash, rtc).starts);
    ASSERT_EQ(running(), "1.1.0") << "cut after " << cuts << " operations";
    ASSERT_EQ(cut.bootloader_erased, 0U);
  }
  EXPECT_GT(cuts, 7U * 3) << "erase, write and mark of each sector";
}

TEST_F(VirtualBootloader, WithoutJournalAndImageThereIsNothingToStart) {
  ASSERT_TRUE(flash->erase_sector(flash_map::kImage));
  const BootloaderRun run = run_bootloader(*flash, rtc);
  EXPECT_FALSE(run.starts);
  EXPECT_EQ(run.said, "!");
}

}  // namespace
}  // namespace flotilla
