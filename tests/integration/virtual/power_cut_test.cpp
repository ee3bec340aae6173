// The power goes away while the bootloader copies, sector after sector: the process is killed and its RTC file removed.
#include <filesystem>
#include <fstream>
#include <string>

#include "common/flash_map.h"
#include "firmware-esp/virtual/flash_file.h"
#include "firmware-esp/virtual/rtc_memory.h"
#include "firmware-esp/virtual/virtual_boot.h"
#include "firmware-esp/virtual/virtual_image.h"
#include "tests/integration/virtual/boards_fixture.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kOldSize = 50000;
constexpr std::uint32_t kNewSize = 60000;

class PowerCuts : public BoardsTest {
 protected:
  // A board that runs 1.0.0, keeps it in slot 0, and is to copy 1.1.0 from slot 1 at its next boot.
  void make_armed_board(const std::string& bootloader) {
    options = {"--bootloader", bootloader};
    auto board = start({"b-1"}, image("none"));
    ASSERT_TRUE(logged("the running image is kept")) << log();
    board.end(SIGTERM);
    ImageRecipe recipe;
    recipe.descriptor.version.assign_cut("1.1.0");
    recipe.size = kNewSize;
    new_file_ = make_image(recipe);
    arm();
    flash_ = test::read_file(dir.file("state/b-1.flash"));
    rtc_ = test::read_file(dir.file("state/b-1.rtc"));
  }
  // Returns the log of the boot that follows a cut right after sector `number` was copied.
  std::string cut_behind(std::uint32_t number) {
    test::write_file(dir.file("state/b-1.flash"), flash_);
    test::write_file(dir.file("state/b-1.rtc"), rtc_);
    options = {"--sector-ms", "20"};
    auto board = start({"b-1"}, "");
    EXPECT_TRUE(copied(number));
    board.end(SIGKILL);
    std::filesystem::remove(dir.file("state/b-1.rtc"));
    std::filesystem::remove(dir.file("log"));
    options = {"--sector-ms", "0"};
    board = start({"b-1"}, "");
    EXPECT_TRUE(test::wait_until([this] {
      return log().find("b-1: boots") != std::string::npos || log().find("BRICKED") != std::string::npos;
    })) << log();
    board.end(SIGKILL);
    return log();
  }
  static std::uint32_t sectors() { return (kNewSize + flash_map::kSector - 1) / flash_map::kSector; }

 private:
  void arm() {
    FlashFile flash(dir.file("state/b-1.flash"));
    RtcMemory rtc(dir.file("state/b-1.rtc"));
    std::vector<std::uint8_t> own(flash_map::kSector);
    ASSERT_TRUE(flash.read(0, own.data(), own.size()));
    for (std::uint32_t at = 0; at < flash_map::kSlotSize; at += flash_map::kSector) {
      ASSERT_TRUE(flash.erase_sector(flash_map::kSlot[1] + at));
    }
    ASSERT_TRUE(flash.write(flash_map::kSlot[1], own.data(), own.size()));
    ASSERT_TRUE(flash.write(flash_map::kSlotImage[1], new_file_.data() + flash_map::kImage, kNewSize));
    VirtualBoot boot(flash, rtc, ResetReason::Software, 1);
    ASSERT_TRUE(boot.arm({.slot = 1, .length = kNewSize, .fallback_length = kOldSize, .trial_boots = 3}));
  }
  bool copied(std::uint32_t number) const {
    const std::uint32_t at = flash_map::kImage + number * flash_map::kSector;
    const std::string wanted(reinterpret_cast<const char*>(new_file_.data()) + at, 16);
    return test::wait_until([&] {
      std::ifstream file(dir.file("state/b-1.flash"), std::ios::binary);
      std::string found(wanted.size(), 0);
      file.seekg(at);
      file.read(found.data(), static_cast<std::streamsize>(found.size()));
      return found == wanted;
    });
  }

  std::vector<std::uint8_t> new_file_;
  std::string flash_;
  std::string rtc_;
};

TEST_F(PowerCuts, InTheStockBootloadersCopyBrickABoard) {
  ASSERT_NO_FATAL_FAILURE(make_armed_board("stock"));
  for (std::uint32_t number = 0; number + 4 < sectors(); number += 5) {
    EXPECT_NE(cut_behind(number).find("BRICKED"), std::string::npos) << "behind sector " << number;
  }
}

TEST_F(PowerCuts, InOurBootloadersCopyEndWell) {
  ASSERT_NO_FATAL_FAILURE(make_armed_board("flotilla"));
  for (std::uint32_t number = 0; number < sectors(); ++number) {
    const std::string after = cut_behind(number);
    EXPECT_EQ(after.find("BRICKED"), std::string::npos) << "behind sector " << number;
    EXPECT_NE(after.find("boots 1.1.0 after reset power-on"), std::string::npos) << after;
  }
}

}  // namespace
}  // namespace flotilla
