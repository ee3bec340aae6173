// The boot paths. PowerSafe: the order to copy survives every cut, and a copy that was cut starts again; boots are counted
// by the agent. Stock: the order lies in RTC memory, which a reset keeps and a power cut loses; the copy is eboot's own.
// Flotilla: our bootloader, which a test plugs in (real_boot.h).
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "firmware-esp/virtual/eboot_copy.h"
#include "tests/fakes/device_flash.h"

namespace flotilla::fakes {

enum class BootPath : std::uint8_t { PowerSafe, Stock, Flotilla };

// A bootloader all of whose knowledge lies in the flash.
class PluggedBoot {
 public:
  virtual ~PluggedBoot() = default;
  virtual bool arm(const hal::BootOrder& order) = 0;
  virtual bool confirm() = 0;
  virtual bool keep(std::uint8_t slot, std::uint32_t length) = 0;
  virtual bool tried() = 0;
  // One boot; false: power went away.
  virtual bool run(bool planned_wake) = 0;
};

class DeviceBoot final : public hal::Boot {
 public:
  explicit DeviceBoot(DeviceFlash& flash) : flash_(flash) {}

  hal::BootFacts facts() override {
    return {.reset_reason = reason, .chip_id = 0xC0FFEE, .power_safe = plugged() || counts_boots, .tried = tried_};
  }
  bool arm(const hal::BootOrder& order) override {
    if (plugged()) return !refuse_arm && plug->arm(order);
    if (refuse_arm || !place(order)) return false;
    ++armed;
    return true;
  }
  bool confirm() override { return !plugged() || plug->confirm(); }
  bool keep(std::uint8_t slot, std::uint32_t length) override { return !plugged() || plug->keep(slot, length); }
  void restart() override { restart_wanted = true; }
  void plan_wake() override { wake_planned = true; }
  bool planned_wake() override { return std::exchange(wake_planned, false); }

  // What happens between the reset and the first instruction of the image. false: power went away.
  bool run() {
    restart_wanted = false;
    if (plugged()) return run_plugged();
    if (forget_orders) order_.reset();
    if (!order_) return !flash_.dead();
    copying_ = true;
    const bool done = path == BootPath::PowerSafe ? copy_safely() : copy_like_eboot();
    copying_ = false;
    return done && place(std::nullopt);  // the order is struck off
  }
  [[nodiscard]] bool copying() const { return copying_; }

  // What is in RTC memory is lost.
  void lose_power() {
    wake_planned = false;
    if (path == BootPath::Stock || forgetful) order_.reset();
  }
  // As the other is now; `placed`: with the order that it is just placing.
  void become(const DeviceBoot& other, bool placed) {
    order_ = placed ? other.next_ : other.order_;
    next_ = order_;
    path = other.path;
    forgetful = other.forgetful;
    wake_planned = other.wake_planned;
    restart_wanted = copying_ = false;
  }

  ResetReason reason = ResetReason::PowerOn;
  BootPath path = BootPath::PowerSafe;
  PluggedBoot* plug = nullptr;  // of BootPath::Flotilla
  bool counts_boots = false;    // the boot path says that it counts the trial boots itself, and counts none
  bool refuse_arm = false;
  bool forget_orders = false;  // even a reset loses them
  bool forgetful = false;      // a planted fault: a power cut loses the order of the power-safe path as well
  bool restart_wanted = false;
  bool wake_planned = false;  // in RTC memory: whoever takes the power away clears it
  int armed = 0;

 private:
  [[nodiscard]] bool plugged() const { return path == BootPath::Flotilla; }
  bool run_plugged() {
    copying_ = true;
    const bool done = plug->run(std::exchange(wake_planned, false));
    copying_ = false;
    tried_ = done && plug->tried();
    return done;
  }
  bool place(const std::optional<hal::BootOrder>& order) {
    next_ = order;
    const bool placed = flash_.begin_operation();
    if (placed) order_ = order;
    next_ = order_;
    return placed;
  }
  bool copy_safely() {
    std::vector<std::uint8_t> sector(flash_map::kSector);
    for (std::uint32_t at = 0; at < order_->length; at += flash_map::kSector) {
      if (!flash_.read(flash_map::kSlotImage[order_->slot] + at, sector.data(), sector.size())) return false;
      if (!flash_.erase_sector(flash_map::kImage + at)) return false;
      if (!flash_.write(flash_map::kImage + at, sector.data(), sector.size())) return false;
    }
    return true;
  }
  bool copy_like_eboot() {
    (void)eboot_copy(flash_, flash_map::kSlot[order_->slot], 0, flash_map::kImage + order_->length, [] {});
    return !flash_.dead();
  }

  DeviceFlash& flash_;
  std::optional<hal::BootOrder> order_;
  std::optional<hal::BootOrder> next_;
  bool copying_ = false;
  bool tried_ = false;
};

}  // namespace flotilla::fakes
