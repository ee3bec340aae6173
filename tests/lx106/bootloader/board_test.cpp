// Single boots on the lx106: how an image is started, what is said, strays, repairs, and what it costs.
#include "tests/lx106/bootloader/board.h"

#include <gtest/gtest.h>

#include "tests/lx106/scale.h"

namespace flotilla::lx106 {
namespace {

constexpr std::uint32_t kUsual = 400 * 1024;  // bytes of a sketch with TLS and MQTT

class Bootloader : public testing::Test {
 protected:
  void SetUp() override {
    board_.reset_all();
    board_.place(flash_map::kImage, kept_);
    board_.place(flash_map::kSlotImage[0], kept_);
  }
  void TearDown() override { EXPECT_EQ(board_.broken_rules(), ""); }

  static std::uint32_t size_of(const Image& image) { return static_cast<std::uint32_t>(image.size()); }
  void keep(const Image& image) { ASSERT_TRUE(journal_.keep(0, size_of(image))); }
  // In slot 1, with the kept image to go back to.
  void arm(const Image& next, std::uint8_t trial_boots) {
    board_.place(flash_map::kSlotImage[1], next);
    hal::BootOrder order;
    order.slot = 1;
    order.length = size_of(next);
    order.fallback_length = size_of(kept_);
    order.trial_boots = trial_boots;
    ASSERT_TRUE(journal_.arm(order));
  }
  void expect_start(std::uint32_t number) {
    const Boot boot = board_.boot(true);
    EXPECT_EQ(static_cast<int>(boot.end), static_cast<int>(Boot::End::Started)) << boot.said;
    EXPECT_EQ(boot.image, number) << boot.said;
  }

  Board board_;
  BoardFlash flash_;
  BootTransactions journal_{flash_, BootMap{}};
  const Image kept_ = Board::make_image(1, 9000);
  const Image by_cable_ = Board::make_image(3, 11000);
};

TEST_F(Bootloader, StartsWhatIsThereWithoutAJournalAndSaysOneLine) {
  const Boot boot = board_.boot(true);
  EXPECT_EQ(boot.image, 1u);
  EXPECT_EQ(boot.said, "\nflotilla boot 1 \n");
  EXPECT_EQ(board_.operations(), 0u);
}

TEST_F(Bootloader, IsKnownByItsSignature) { EXPECT_TRUE(has_power_safe_bootloader(flash_)); }

TEST_F(Bootloader, SaysWhenThereIsNothingToStart) {
  board_.erase_area(flash_map::kImage, kUsual);
  const Boot boot = board_.boot(true);
  EXPECT_EQ(static_cast<int>(boot.end), static_cast<int>(Boot::End::Reset));
  EXPECT_EQ(boot.said, "\nflotilla boot 1 !");
}

TEST_F(Bootloader, ResetsWhenTheImageCannotBeReadAnyMore) {
  const std::uint32_t first_segment = flash_map::kImage + 8;
  board_.fail_read_of(first_segment);
  EXPECT_EQ(static_cast<int>(board_.boot(true).end), static_cast<int>(Boot::End::Reset));
  board_.fail_read_of(0);
  expect_start(1);
}

// Its own variables lie where the image's data go.
TEST_F(Bootloader, LoadsAnImageThatFillsTheRam) {
  const Image large = Board::make_image(4, flash_map::kImageMax - 8, true);
  board_.place(flash_map::kImage, large);
  expect_start(4);
}

TEST_F(Bootloader, RepairsAnImageAreaWithoutAnImage) {
  keep(kept_);
  board_.erase_area(flash_map::kImage, kUsual);
  expect_start(1);
  EXPECT_TRUE(board_.holds(flash_map::kImage, kept_));
}

TEST_F(Bootloader, LetsAnImageFromTheCableShowItself) {
  keep(kept_);
  board_.erase_area(flash_map::kImage, kUsual);
  board_.place(flash_map::kImage, by_cable_);
  for (unsigned i = 0; i < BOOT_STRAYS_MAX; ++i) expect_start(3);
  expect_start(1);
}

TEST_F(Bootloader, KeepsAnImageFromTheCableThatMadeItselfKnown) {
  keep(kept_);
  board_.erase_area(flash_map::kImage, kUsual);
  board_.place(flash_map::kImage, by_cable_);
  expect_start(3);
  board_.place(flash_map::kSlotImage[1], by_cable_);
  ASSERT_TRUE(journal_.keep(1, size_of(by_cable_)));
  for (int i = 0; i < 6; ++i) expect_start(3);
}

TEST_F(Bootloader, TurnsTheWatchdogOnBeforeATrialBootAlone) {
  keep(kept_);
  EXPECT_EQ(board_.boot(true).guards, 0u);
  arm(by_cable_, 2);
  const Boot boot = board_.boot(true);
  EXPECT_EQ(boot.guards, 1u);
  EXPECT_EQ(boot.said, "\nflotilla boot 1 vct0\n");
}

TEST_F(Bootloader, TakesTheTokenOfAPlannedWakeOnce) {
  arm(by_cable_, 2);
  EXPECT_EQ(board_.boot(true).said, "\nflotilla boot 1 vct0\n");
  board_.leave_wake_token();
  EXPECT_EQ(board_.boot(false).said, "\nflotilla boot 1 w\n");
  EXPECT_TRUE(board_.tells_of_a_wake());
  EXPECT_EQ(board_.boot(false).said, "\nflotilla boot 1 t1\n");
  EXPECT_FALSE(board_.tells_of_a_wake());
  EXPECT_EQ(board_.boot(false).image, 1u) << "both trial boots have been used";
}

TEST_F(Bootloader, CostsInstructions) {
  const Scale scale{Scale::measure()};
  const auto again = Scale::measure();
  ASSERT_TRUE(scale.ticks != 0 && again + 1 >= scale.ticks && again <= scale.ticks + 1) << "run with -icount shift=0";
  const auto print = [&](const char* what, const Boot& boot) {
    std::printf(
        "FIGURE: bootloader: on the lx106, %s: %lu thousand instructions besides the mask ROM's, stack %lu bytes\n",
        what, static_cast<unsigned long>(scale.instructions(boot.ticks) / 1000),
        static_cast<unsigned long>(boot.stack));
  };
  const Image usual = Board::make_image(5, kUsual);
  const Image next = Board::make_image(6, kUsual);
  board_.place(flash_map::kImage, usual);
  board_.place(flash_map::kSlotImage[0], usual);
  board_.place(flash_map::kSlotImage[1], next);
  print("a boot without a journal, image of 400 KB", board_.boot(true));
  keep(usual);
  print("the boot behind keep()", board_.boot(true));
  print("an ordinary boot, image of 400 KB", board_.boot(true));
  board_.leave_wake_token();
  print("a planned wake, image of 400 KB", board_.boot(false));
  hal::BootOrder order;
  order.slot = 1;
  order.length = kUsual;
  order.fallback_length = kUsual;
  order.trial_boots = 1;
  ASSERT_TRUE(journal_.arm(order));
  const Boot copy = board_.boot(true);
  EXPECT_EQ(copy.image, 6u);
  print("a copy of 400 KB", copy);
  const Boot back = board_.boot(true);
  EXPECT_EQ(back.image, 5u);
  print("the way back, 400 KB", back);
}

}  // namespace
}  // namespace flotilla::lx106
