#include "firmware-esp/src/esp8266/boot.h"

#include <Arduino.h>
#include <cstddef>
#include <cstring>
#include <eboot_command.h>
#include <user_interface.h>

#include "common/flash_map.h"
#include "firmware-esp/src/chip/eboot_command.h"
#include "firmware-esp/src/chip/wake_token.h"

namespace flotilla {
namespace {

// Our encoding, tested on the host, against the core's own header.
static_assert(sizeof(eboot_command) == sizeof(EbootCommand) && EBOOT_MAGIC == kEbootMagic);
static_assert(static_cast<std::uint32_t>(ACTION_COPY_RAW) == kEbootCopyRaw);
static_assert(offsetof(eboot_command, args) == 8 && offsetof(eboot_command, crc32) == 124);

ResetReason reset_reason() {
  switch (ESP.getResetInfoPtr()->reason) {
    case REASON_DEFAULT_RST: return ResetReason::PowerOn;
    case REASON_WDT_RST:
    case REASON_SOFT_WDT_RST: return ResetReason::Watchdog;
    case REASON_EXCEPTION_RST: return ResetReason::Exception;
    case REASON_SOFT_RESTART: return ResetReason::Software;
    case REASON_DEEP_SLEEP_AWAKE: return ResetReason::DeepSleep;
    case REASON_EXT_SYS_RST: return ResetReason::External;
  }
  return ResetReason::Unknown;
}

}  // namespace

hal::BootFacts EspBoot::facts() {
  if (known_) return facts_;
  known_ = true;
  facts_.reset_reason = reset_reason();
  facts_.chip_id = ESP.getChipId();
  facts_.power_safe = has_power_safe_bootloader(flash_);
  facts_.tried = facts_.power_safe && journal_.tried();
  return facts_;
}

bool EspBoot::arm(const hal::BootOrder& order) { return power_safe() ? journal_.arm(order) : order_of_eboot(order); }

bool EspBoot::order_of_eboot(const hal::BootOrder& order) {
  const EbootCommand command = copy_slot_command(flash_map::kSlot[order.slot], order.length);
  for (std::size_t i = 0; i < command.size(); ++i) RTC_MEM[i] = command[i];
  // Read as the bootloader will: the core's own reader checks magic and CRC.
  eboot_command stored{};
  return eboot_command_read(&stored) == 0 && std::memcmp(&stored, command.data(), sizeof stored) == 0;
}

void EspBoot::restart() {
  switch (restart_) {
    case Restart::AtOnce: {
      // What system_restart() leaves for the next boot; here the SDK's tasks do not run yet.
      rst_info info{};
      info.reason = REASON_SOFT_RESTART;
      system_rtc_mem_write(0, &info, sizeof info);
      ESP.reset();
      break;
    }
    case Restart::ThroughSdk: ESP.restart(); break;
  }
  for (;;) delay(10);
}

void EspBoot::plan_wake() {
  WakeToken token = kWakeToken;
  ESP.rtcUserMemoryWrite(kWakeTokenBlock, token.data(), sizeof token);
}

bool EspBoot::planned_wake() {
  WakeToken token{};
  if (!ESP.rtcUserMemoryRead(kWakeTokenBlock, token.data(), sizeof token)) return false;
  if (token != (power_safe() ? kTakenWakeToken : kWakeToken)) return false;
  WakeToken cleared{};
  ESP.rtcUserMemoryWrite(kWakeTokenBlock, cleared.data(), sizeof cleared);
  const ResetReason reason = reset_reason();
  return reason == ResetReason::DeepSleep || reason == ResetReason::External;
}

}  // namespace flotilla
