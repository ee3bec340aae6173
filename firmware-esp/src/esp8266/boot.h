// The boot port over the stock bootloader (eboot): its copy command and the token of a planned wake, both in RTC memory,
// which a reset keeps and a loss of power does not. The copy itself takes some 6-8 s and does not survive a power cut.
#pragma once

#include "firmware-esp/src/hal.h"

namespace flotilla {

class EspBoot final : public hal::Boot {
 public:
  enum class Restart : std::uint8_t {
    AtOnce,      // from preinit(), before the SDK runs tasks
    ThroughSdk,  // Wi-Fi is shut down first; takes some 100 ms
  };
  explicit EspBoot(Restart restart) : restart_(restart) {}

  hal::BootFacts facts() override;
  bool arm(const hal::BootOrder& order) override;
  // The stock boot path counts no boots and repairs nothing.
  bool confirm() override { return true; }
  bool keep(std::uint8_t, std::uint32_t) override { return true; }
  void restart() override;
  void plan_wake() override;
  // Only after a reset from deep sleep, or through the reset pin, which wakes a sleeping board as well.
  bool planned_wake() override;

 private:
  Restart restart_;
};

}  // namespace flotilla
