#include <Arduino.h>
#include <array>
#include <cstring>

#include <gtest/gtest.h>

#include "common/flash_map.h"
#include "firmware-esp/src/esp8266/boot.h"
#include "firmware-esp/src/esp8266/flash.h"
#include "firmware-esp/src/esp8266/small_ports.h"

namespace flotilla {
namespace {

TEST(EspFlash, ReadsWhatItWroteAndFeedsTheWatchdog) {
  auto& core = fake_core::reset();
  EspFlash flash;
  const std::array<std::uint8_t, 8> bytes{1, 2, 3, 4, 5, 6, 7, 8};
  std::array<std::uint8_t, 8> back{};
  EXPECT_TRUE(flash.erase_sector(0x100000));
  EXPECT_TRUE(flash.write(0x100000, bytes.data(), bytes.size()));
  EXPECT_TRUE(flash.read(0x100000, back.data(), back.size()));
  EXPECT_EQ(back, bytes);
  EXPECT_EQ(core.watchdog_fed, 3);
}

TEST(EspFlash, IsAsLargeAsChipAndHeaderAgree) {
  auto& core = fake_core::reset();
  EXPECT_EQ(EspFlash().size(), 0x400000U);
  core.flash_header_size = 0x100000;
  EXPECT_EQ(EspFlash().size(), 0x100000U);
  core.flash_header_size = 0x400000;
  core.flash_chip_size = 0x200000;
  EXPECT_EQ(EspFlash().size(), 0x200000U);
}

TEST(EspFlash, NeverTouchesTheBootloaderNorWhatIsNotThere) {
  fake_core::reset();
  EspFlash flash;
  std::array<std::uint8_t, 8> bytes{};
  EXPECT_FALSE(flash.write(0x000000, bytes.data(), bytes.size()));
  EXPECT_FALSE(flash.write(0x000FFC, bytes.data(), bytes.size()));
  EXPECT_FALSE(flash.erase_sector(0x000000));
  EXPECT_FALSE(flash.erase_sector(0x100004));
  EXPECT_FALSE(flash.erase_sector(0x400000));
  EXPECT_FALSE(flash.write(0x3FFFFC, bytes.data(), bytes.size()));
  EXPECT_FALSE(flash.read(0xFFFFFFFC, bytes.data(), bytes.size()));
  EXPECT_FALSE(flash.read(0x100001, bytes.data(), 4));
  EXPECT_TRUE(flash.read(0, bytes.data(), bytes.size()));  // the filler is a copy of it
}

TEST(EspBoot, ArmsTheSlotSoThatTheBootloaderTakesIt) {
  auto& core = fake_core::reset();
  EspFlash flash;
  EspBoot boot(flash, EspBoot::Restart::ThroughSdk);
  core.rtc[32] = 0xABCD;
  ASSERT_TRUE(boot.arm({.slot = 1, .length = 0x5A000}));
  EXPECT_EQ(core.rtc[0], 0xeb001000U);
  EXPECT_EQ(core.rtc[2], flash_map::kSlot[1]);
  EXPECT_EQ(core.rtc[3], 0U);
  EXPECT_EQ(core.rtc[4], 0x5B000U);
  EXPECT_EQ(core.rtc[32], 0xABCDU);
}

TEST(EspBoot, ArmingAgainReplacesTheOrder) {
  auto& core = fake_core::reset();
  EspFlash flash;
  EspBoot boot(flash, EspBoot::Restart::ThroughSdk);
  ASSERT_TRUE(boot.arm({.slot = 1, .length = 0x5A000}));
  ASSERT_TRUE(boot.arm({.slot = 0, .length = 0x40000}));
  EXPECT_EQ(core.rtc[2], flash_map::kSlot[0]);
}

TEST(EspBoot, RestartsInTheWayThatTheMomentAllows) {
  auto& core = fake_core::reset();
  EspFlash flash;
  EXPECT_THROW(EspBoot(flash, EspBoot::Restart::ThroughSdk).restart(), Restarted);
  EXPECT_FALSE(core.restarted_at_once);
  EXPECT_THROW(EspBoot(flash, EspBoot::Restart::AtOnce).restart(), Restarted);
  EXPECT_TRUE(core.restarted_at_once);
}

TEST(EspBoot, NamesEveryResetReason) {
  auto& core = fake_core::reset();
  EspFlash flash;
  const ResetReason wanted[] = {ResetReason::PowerOn,  ResetReason::Watchdog, ResetReason::Exception,
                                ResetReason::Watchdog, ResetReason::Software, ResetReason::DeepSleep,
                                ResetReason::External, ResetReason::Unknown};
  for (std::uint32_t reason = 0; reason < 8; ++reason) {
    core.reset_reason = reason;
    EspBoot boot(flash, EspBoot::Restart::ThroughSdk);
    EXPECT_EQ(boot.facts().reset_reason, wanted[reason]) << reason;
    EXPECT_EQ(boot.facts().chip_id, 0xC0FFEEU);
    EXPECT_FALSE(boot.facts().power_safe);
  }
}

void put_our_bootloader(fake_core::Core& core) {
  const std::uint32_t words[] = {BOOT_SIGNATURE, 1};
  std::memcpy(core.flash.data() + BOOT_SIGNATURE_OFFSET, words, sizeof words);
}

TEST(EspBoot, OrdersByTheJournalWhereTheBootloaderKeepsOne) {
  auto& core = fake_core::reset();
  put_our_bootloader(core);
  EspFlash flash;
  EspBoot boot(flash, EspBoot::Restart::ThroughSdk);
  EXPECT_TRUE(boot.facts().power_safe);
  EXPECT_TRUE(boot.keep(0, 0x3000));
  EXPECT_EQ(BootTransactions(flash, BootMap{}).state(), BootState::Confirmed);
  ASSERT_TRUE(boot.arm({.slot = 1, .length = 0x5000, .fallback_length = 0x3000, .trial_boots = 3}));
  EXPECT_EQ(BootTransactions(flash, BootMap{}).state(), BootState::Pending);
  EXPECT_EQ(core.rtc[0], 0U) << "eboot's command is not ours";
  const std::uint32_t copied = 0;
  ASSERT_TRUE(flash.write(flash_map::kBootJournal + flash_map::kSector + BOOT_COPIED,
                          reinterpret_cast<const std::uint8_t*>(&copied), sizeof copied));
  EXPECT_TRUE(boot.confirm());
  EXPECT_EQ(BootTransactions(flash, BootMap{}).state(), BootState::Confirmed);
}

TEST(EspBoot, DoesNotTouchTheJournalOfAnotherBootloader) {
  auto& core = fake_core::reset();
  EspFlash flash;
  EspBoot boot(flash, EspBoot::Restart::ThroughSdk);
  const auto before = core.flash;
  EXPECT_TRUE(boot.keep(0, 0x3000));
  EXPECT_TRUE(boot.confirm());
  EXPECT_TRUE(boot.arm({.slot = 1, .length = 0x5000}));
  EXPECT_EQ(core.flash, before);
}

// The bootloader takes the token, and leaves its second half to say so.
TEST(EspBoot, KnowsThePlannedWakeThatTheBootloaderTook) {
  auto& core = fake_core::reset();
  put_our_bootloader(core);
  core.reset_reason = 5;
  EspFlash flash;
  EspBoot boot(flash, EspBoot::Restart::ThroughSdk);
  boot.plan_wake();
  core.rtc[32] = 0;
  EXPECT_TRUE(boot.planned_wake());
  EXPECT_FALSE(boot.planned_wake());
  EXPECT_EQ(core.rtc[33], 0U);
  boot.plan_wake();
  EXPECT_FALSE(boot.planned_wake()) << "the bootloader was not there in between";
}

TEST(EspBoot, APlannedWakeIsOneOnce) {
  auto& core = fake_core::reset();
  EspFlash flash;
  EspBoot boot(flash, EspBoot::Restart::ThroughSdk);
  core.reset_reason = 5;
  EXPECT_FALSE(boot.planned_wake());
  boot.plan_wake();
  EXPECT_TRUE(boot.planned_wake());
  EXPECT_FALSE(boot.planned_wake());
}

TEST(EspBoot, ACrashBeforeTheSleepIsNoPlannedWake) {
  auto& core = fake_core::reset();
  EspFlash flash;
  EspBoot boot(flash, EspBoot::Restart::ThroughSdk);
  boot.plan_wake();
  core.reset_reason = 2;
  EXPECT_FALSE(boot.planned_wake());
  core.reset_reason = 5;
  EXPECT_FALSE(boot.planned_wake());  // the token is gone
}

TEST(EspBoot, AWakeByTheResetPinIsPlannedToo) {
  auto& core = fake_core::reset();
  EspFlash flash;
  EspBoot boot(flash, EspBoot::Restart::ThroughSdk);
  boot.plan_wake();
  core.reset_reason = 6;
  EXPECT_TRUE(boot.planned_wake());
}

TEST(EspClock, CountsMillisecondsBeyond32Bits) {
  auto& core = fake_core::reset();
  core.micros = 5'000'000'000'123;
  EXPECT_EQ(EspClock().monotonic_ms(), 5'000'000'000U);
}

TEST(TrustedTime, NeverFallsBelowItsFloor) {
  class Clock final : public hal::Clock {
   public:
    std::uint64_t monotonic_ms() override { return 0; }
    std::uint64_t unix_seconds() override { return seconds; }
    std::uint64_t seconds = 0;
  } clock;
  TrustedTime time(clock);
  time.raise_floor(1000);
  time.raise_floor(900);
  EXPECT_EQ(time.now(), 1000U);
  clock.seconds = 2000;
  EXPECT_EQ(time.now(), 2000U);
  clock.seconds = 500;
  EXPECT_EQ(time.now(), 1000U);
}

}  // namespace
}  // namespace flotilla
