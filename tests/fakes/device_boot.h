// A power-safe boot path: the order to copy survives every cut, and a copy that was cut starts again.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "tests/fakes/device_flash.h"

namespace flotilla::fakes {

class DeviceBoot final : public hal::Boot {
 public:
  explicit DeviceBoot(DeviceFlash& flash) : flash_(flash) {}

  hal::BootFacts facts() override { return {.reset_reason = reason, .chip_id = 0xC0FFEE, .power_safe = true}; }
  bool arm(const hal::BootOrder& order) override {
    if (refuse_arm || !flash_.begin_operation()) return false;
    order_ = order;
    ++armed;
    return true;
  }
  bool confirm() override { return true; }
  bool keep(std::uint8_t /*slot*/, std::uint32_t /*length*/) override { return true; }
  void restart() override { restart_wanted = true; }
  void plan_wake() override { wake_planned = true; }
  bool planned_wake() override { return std::exchange(wake_planned, false); }

  // What happens between the reset and the first instruction of the image. false: power went away.
  bool run() {
    restart_wanted = false;
    if (forget_orders) order_.reset();
    if (!order_) return !flash_.dead();
    std::vector<std::uint8_t> sector(flash_map::kSector);
    for (std::uint32_t at = 0; at < order_->length; at += flash_map::kSector) {
      if (!flash_.read(flash_map::kSlotImage[order_->slot] + at, sector.data(), sector.size())) return false;
      if (!flash_.erase_sector(flash_map::kImage + at)) return false;
      if (!flash_.write(flash_map::kImage + at, sector.data(), sector.size())) return false;
    }
    if (!flash_.begin_operation()) return false;  // the order is struck off
    order_.reset();
    return true;
  }

  ResetReason reason = ResetReason::PowerOn;
  bool refuse_arm = false;
  bool forget_orders = false;  // as the stock bootloader does when power was away
  bool restart_wanted = false;
  bool wake_planned = false;  // in RTC memory: whoever takes the power away clears it
  int armed = 0;

 private:
  DeviceFlash& flash_;
  std::optional<hal::BootOrder> order_;
};

}  // namespace flotilla::fakes
