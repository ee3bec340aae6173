// Our bootloader's own sources and the agent's side of its journal, over a board's flash.
#pragma once

#include <cstring>
#include <vector>

#include "firmware-esp/bootloader/boot.h"
#include "firmware-esp/src/core/boot_transactions.h"
#include "tests/fakes/device_boot.h"

namespace flotilla::fakes {

class RealBoot final : public PluggedBoot {
 public:
  explicit RealBoot(DeviceFlash& flash) : flash_(flash), journal_(flash, BootMap{}) {}

  bool arm(const hal::BootOrder& order) override { return journal_.arm(order); }
  bool confirm() override { return journal_.confirm(); }
  bool keep(std::uint8_t slot, std::uint32_t length) override { return journal_.keep(slot, length); }
  bool tried() override { return journal_.tried(); }

  bool run(bool planned_wake) override {
    planned_wake_ = planned_wake;
    const boot_platform platform = {this, read, program, erase, nothing, nothing, say, take_wake_token};
    state_.map = &kMap;
    state_.platform = &platform;
    try {
      (void)boot_prepare(&state_);
    } catch (const PowerAway&) {
      return false;
    }
    return !flash_.dead();
  }

 private:
  struct PowerAway {};

  static constexpr boot_map kMap = {flash_map::kSector,
                                    flash_map::kImage,
                                    flash_map::kImageMax,
                                    {flash_map::kBootJournal, flash_map::kBootJournal + flash_map::kSector}};

  // Without power nothing goes on, not even a loop over failing reads.
  static bool done(void* context, bool good) {
    if (static_cast<RealBoot*>(context)->flash_.dead()) throw PowerAway{};
    return good;
  }
  static bool read(void* context, std::uint32_t address, std::uint32_t* out, std::uint32_t size) {
    auto& flash = static_cast<RealBoot*>(context)->flash_;
    return done(context, flash.read(address, reinterpret_cast<std::uint8_t*>(out), size));
  }
  static bool program(void* context, std::uint32_t address, const std::uint32_t* words, std::uint32_t size) {
    auto& flash = static_cast<RealBoot*>(context)->flash_;
    return done(context, flash.write(address, reinterpret_cast<const std::uint8_t*>(words), size));
  }
  static bool erase(void* context, std::uint32_t address) {
    return done(context, static_cast<RealBoot*>(context)->flash_.erase_sector(address));
  }
  static void nothing(void* /*context*/) {}
  static void say(void* /*context*/, char /*c*/) {}
  static bool take_wake_token(void* context) {
    return std::exchange(static_cast<RealBoot*>(context)->planned_wake_, false);
  }

  DeviceFlash& flash_;
  BootTransactions journal_;
  boot state_{};
  bool planned_wake_ = false;
};

}  // namespace flotilla::fakes
