// The boot port of a virtual board, for the bootloader that lies in its sector 0: the stock eboot takes its order from RTC
// memory, ours from the boot journal in flash. Lives for one boot.
#pragma once

#include "firmware-esp/src/core/boot_transactions.h"
#include "firmware-esp/src/hal.h"
#include "firmware-esp/virtual/rtc_memory.h"

namespace flotilla {

class VirtualBoot : public hal::Boot {
 public:
  VirtualBoot(hal::Flash& flash, RtcMemory& rtc, ResetReason reason, std::uint32_t chip_id);

  hal::BootFacts facts() override { return facts_; }
  bool arm(const hal::BootOrder& order) override;
  bool confirm() override { return !facts_.power_safe || journal_.confirm(); }
  bool keep(std::uint8_t slot, std::uint32_t length) override {
    return !facts_.power_safe || journal_.keep(slot, length);
  }
  void restart() override { restarting_ = true; }
  void plan_wake() override { rtc_.plan_wake(); }
  // Our bootloader has taken the token, and virtual boards never sleep.
  bool planned_wake() override { return !facts_.power_safe && rtc_.take_wake_token(); }
  [[nodiscard]] bool restarting() const { return restarting_; }

 private:
  [[nodiscard]] bool order_of_eboot(const hal::BootOrder& order);

  RtcMemory& rtc_;
  BootTransactions journal_;
  hal::BootFacts facts_;
  bool restarting_ = false;
};

}  // namespace flotilla
