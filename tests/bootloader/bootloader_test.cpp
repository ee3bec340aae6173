// What the bootloader does with an image area that the journal does not know, and what it leaves to the agent.
#include <gtest/gtest.h>

#include "tests/bootloader/life.h"

namespace flotilla::bootloader_test {
namespace {

std::vector<std::uint8_t> image(std::uint32_t size, std::uint8_t fill) {
  std::vector<std::uint8_t> bytes(size, fill);
  const std::uint8_t header[8] = {0xE9, 4, 0, 0x40, 0x04, 0x00, 0x10, 0x40};
  std::copy(std::begin(header), std::end(header), bytes.begin());
  return bytes;
}

class CellFlash final : public hal::Flash {
 public:
  explicit CellFlash(NorCells& cells) : cells_(cells) {}
  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override {
    cells_.read(address, out, static_cast<std::uint32_t>(size));
    return true;
  }
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override {
    cells_.program(address, bytes, static_cast<std::uint32_t>(size));
    return true;
  }
  bool erase_sector(std::uint32_t address) override {
    cells_.erase(address, false);
    return true;
  }
  std::uint32_t size() override { return kSize; }

 private:
  NorCells& cells_;
};

class Bootloader : public testing::Test {
 protected:
  Bootloader() {
    cells_.place(kImage, kKept);
    cells_.place(kSlot[0], kKept);
  }
  void keep() { ASSERT_TRUE(journal_.keep(0, static_cast<std::uint32_t>(kKept.size()))); }
  boot_outcome boot() { return run_bootloader(boot_prepare, cells_, rtc_); }
  void overwrite_image(const std::vector<std::uint8_t>& bytes) {
    for (std::uint32_t at = 0; at < kImageMax; at += kSector) cells_.erase(kImage + at, false);
    cells_.place(kImage, bytes);
  }
  void arm(std::uint8_t trial_boots = 3) {
    cells_.place(kSlot[1], kNext);
    hal::BootOrder order;
    order.slot = 1;
    order.length = static_cast<std::uint32_t>(kNext.size());
    order.fallback_length = static_cast<std::uint32_t>(kKept.size());
    order.trial_boots = trial_boots;
    ASSERT_TRUE(journal_.arm(order));
  }

  const std::vector<std::uint8_t> kKept = image(600, 0x11);
  const std::vector<std::uint8_t> kNext = image(500, 0x22);
  const std::vector<std::uint8_t> kByCable = image(700, 0x33);
  NorCells cells_;
  RtcMemory rtc_;
  CellFlash flash_{cells_};
  BootTransactions journal_{flash_, {{kJournal[0], kJournal[1]}, {kSlot[0], kSlot[1]}}};
};

TEST_F(Bootloader, StartsWhatIsThereWithoutAJournal) {
  EXPECT_EQ(boot(), BOOT_START);
  EXPECT_EQ(cells_.operations(), 0U);
}

TEST_F(Bootloader, SaysWhenThereIsNothingToStart) {
  overwrite_image({});
  EXPECT_EQ(boot(), BOOT_HOPELESS);
}

TEST_F(Bootloader, WritesNothingInAnOrdinaryBoot) {
  keep();
  EXPECT_EQ(boot(), BOOT_START);  // makes the agent's mark solid
  const auto operations = cells_.operations();
  EXPECT_EQ(boot(), BOOT_START);
  EXPECT_EQ(cells_.operations(), operations);
}

TEST_F(Bootloader, RepairsAnImageAreaWithoutAnImage) {
  keep();
  overwrite_image({});
  EXPECT_EQ(boot(), BOOT_START);
  EXPECT_TRUE(cells_.holds(kImage, kKept));
}

TEST_F(Bootloader, LetsAnImageFromTheCableShowItself) {
  keep();
  overwrite_image(kByCable);
  for (unsigned i = 0; i < BOOT_STRAYS_MAX; ++i) {
    EXPECT_EQ(boot(), BOOT_START);
    EXPECT_TRUE(cells_.holds(kImage, kByCable)) << "boot " << i;
  }
  EXPECT_EQ(boot(), BOOT_START);
  EXPECT_TRUE(cells_.holds(kImage, kKept)) << "it never made itself known";
}

TEST_F(Bootloader, KeepsAnImageFromTheCableThatMadeItselfKnown) {
  keep();
  overwrite_image(kByCable);
  EXPECT_EQ(boot(), BOOT_START);
  cells_.place(kSlot[1], kByCable);
  ASSERT_TRUE(journal_.keep(1, static_cast<std::uint32_t>(kByCable.size())));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(boot(), BOOT_START);
  EXPECT_TRUE(cells_.holds(kImage, kByCable));
}

TEST_F(Bootloader, RepairsBehindEveryCut) {
  for (std::uint32_t at = 1; at < 60; ++at) {
    for (int kind = 0; kind < kDamages; ++kind) {
      cells_ = NorCells();
      cells_.place(kImage, kKept);
      cells_.place(kSlot[0], kKept);
      keep();
      overwrite_image({});
      cells_.plan({{at, static_cast<Damage>(kind)}}, at * 31 + static_cast<std::uint32_t>(kind) + 1);
      for (int boots = 0; boots < 8; ++boots) {
        cells_.power_up();
        try {
          ASSERT_EQ(boot(), BOOT_START) << "operation " << at << ", damage " << kind;
          ASSERT_TRUE(cells_.holds(kImage, kKept)) << "operation " << at << ", damage " << kind;
        } catch (const PowerCut&) {
        }
      }
    }
  }
}

TEST_F(Bootloader, CountsNoPlannedWake) {
  keep();
  arm(2);
  EXPECT_EQ(boot(), BOOT_START);
  for (int i = 0; i < 10; ++i) {
    rtc_.wake_token = true;
    EXPECT_EQ(boot(), BOOT_START);
    EXPECT_FALSE(rtc_.wake_token) << "taken once";
    EXPECT_EQ(journal_.state(), BootState::Trial);
  }
  EXPECT_EQ(boot(), BOOT_START);
  EXPECT_TRUE(cells_.holds(kImage, kNext));
  EXPECT_EQ(boot(), BOOT_START);
  EXPECT_TRUE(cells_.holds(kImage, kKept)) << "two boots were counted, the wakes were not";
  EXPECT_EQ(journal_.state(), BootState::Reverted);
}

TEST_F(Bootloader, RefusesAnOrderWhoseImageIsNoMore) {
  keep();
  arm();
  cells_.scribble(kSlot[1], 100);
  EXPECT_EQ(boot(), BOOT_START);
  EXPECT_TRUE(cells_.holds(kImage, kKept));
  EXPECT_FALSE(journal_.tried());
  EXPECT_EQ(journal_.state(), BootState::Reverted);
}

TEST_F(Bootloader, AnOrderCanBeReplacedBeforeTheReset) {
  keep();
  arm();
  const auto other = image(400, 0x44);
  cells_.place(kSlot[1], other);
  hal::BootOrder order;
  order.slot = 1;
  order.length = 400;
  order.fallback_length = static_cast<std::uint32_t>(kKept.size());
  order.trial_boots = 1;
  ASSERT_TRUE(journal_.arm(order));
  EXPECT_EQ(boot(), BOOT_START);
  EXPECT_TRUE(cells_.holds(kImage, other));
  EXPECT_TRUE(journal_.tried());
}

TEST_F(Bootloader, AnOrderOnTrialTakesNoOtherThanTheWayBack) {
  keep();
  arm();
  EXPECT_EQ(boot(), BOOT_START);
  hal::BootOrder again;
  again.slot = 1;
  again.length = 300;
  EXPECT_FALSE(journal_.arm(again));
  EXPECT_FALSE(journal_.keep(1, static_cast<std::uint32_t>(kNext.size())));
  hal::BootOrder back;
  back.length = static_cast<std::uint32_t>(kKept.size());
  EXPECT_TRUE(journal_.arm(back));
  EXPECT_EQ(boot(), BOOT_START);
  EXPECT_TRUE(cells_.holds(kImage, kKept));
}

TEST_F(Bootloader, KeepsWithoutWritingWhatItKeepsAlready) {
  keep();
  const auto operations = cells_.operations();
  keep();
  EXPECT_EQ(cells_.operations(), operations);
}

}  // namespace
}  // namespace flotilla::bootloader_test
