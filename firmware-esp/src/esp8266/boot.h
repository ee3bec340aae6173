// The boot port, for the bootloader that the board has. The stock one (eboot) takes its copy command from RTC memory, which
// a reset keeps and a loss of power does not; its copy takes some 6-8 s and does not survive a power cut. Ours keeps the boot
// journal in flash. The token of a planned wake lies in RTC memory with either.
#pragma once

#include "firmware-esp/src/core/boot_transactions.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

class EspBoot final : public hal::Boot {
 public:
  enum class Restart : std::uint8_t {
    AtOnce,      // from preinit(), before the SDK runs tasks
    ThroughSdk,  // Wi-Fi is shut down first; takes some 100 ms
  };
  // The flash must outlive it, and is first read by facts().
  EspBoot(hal::Flash& flash, Restart restart) : flash_(flash), journal_(flash, BootMap{}), restart_(restart) {}

  hal::BootFacts facts() override;
  bool arm(const hal::BootOrder& order) override;
  // The stock boot path counts no boots and repairs nothing.
  bool confirm() override { return !power_safe() || journal_.confirm(); }
  bool keep(std::uint8_t slot, std::uint32_t length) override { return !power_safe() || journal_.keep(slot, length); }
  void restart() override;
  void plan_wake() override;
  // Only after a reset from deep sleep, or through the reset pin, which wakes a sleeping board as well.
  bool planned_wake() override;

 private:
  [[nodiscard]] bool power_safe() { return facts().power_safe; }
  [[nodiscard]] static bool order_of_eboot(const hal::BootOrder& order);

  hal::Flash& flash_;
  BootTransactions journal_;
  Restart restart_;
  bool known_ = false;  // facts_ has been filled
  hal::BootFacts facts_;
};

}  // namespace flotilla
