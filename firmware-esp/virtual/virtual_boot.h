// The boot port over the stock eboot: arming writes its copy command to RTC memory. Lives for one boot.
#pragma once

#include "firmware-esp/src/hal.h"
#include "firmware-esp/virtual/rtc_memory.h"

namespace flotilla {

class VirtualBoot : public hal::Boot {
 public:
  VirtualBoot(RtcMemory& rtc, ResetReason reason, std::uint32_t chip_id)
      : rtc_(rtc), reason_(reason), chip_id_(chip_id) {}

  hal::BootFacts facts() override { return {.reset_reason = reason_, .chip_id = chip_id_}; }
  bool arm(const hal::BootOrder& order) override;
  bool confirm() override { return true; }
  bool keep(std::uint8_t /*slot*/, std::uint32_t /*length*/) override { return true; }
  void restart() override { restarting_ = true; }
  // The virtual board never sleeps.
  void plan_wake() override {}
  bool planned_wake() override { return false; }
  [[nodiscard]] bool restarting() const { return restarting_; }

 private:
  RtcMemory& rtc_;
  ResetReason reason_;
  std::uint32_t chip_id_;
  bool restarting_ = false;
};

}  // namespace flotilla
