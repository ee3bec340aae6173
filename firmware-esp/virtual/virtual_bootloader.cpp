#include "firmware-esp/virtual/virtual_bootloader.h"

#include <cstring>
#include <memory>
#include <thread>
#include <vector>

#include "common/flash_map.h"
#include "firmware-esp/bootloader/boot.h"

namespace flotilla {
namespace {

struct Chip {
  hal::Flash& flash;
  RtcMemory& rtc;
  std::chrono::milliseconds per_sector;
  std::string said;
};

Chip& chip_of(void* context) { return *static_cast<Chip*>(context); }

bool read(void* context, std::uint32_t address, std::uint32_t* out, std::uint32_t size) {
  std::vector<std::uint8_t> bytes(size);
  if (!chip_of(context).flash.read(address, bytes.data(), size)) return false;
  std::memcpy(out, bytes.data(), size);
  return true;
}

bool program(void* context, std::uint32_t address, const std::uint32_t* words, std::uint32_t size) {
  std::vector<std::uint8_t> bytes(size);
  std::memcpy(bytes.data(), words, size);
  return chip_of(context).flash.write(address, bytes.data(), size);
}

bool erase(void* context, std::uint32_t address) {
  Chip& chip = chip_of(context);
  if (chip.per_sector.count() != 0) std::this_thread::sleep_for(chip.per_sector);
  return chip.flash.erase_sector(address);
}

void no_watchdog(void* /*context*/) {}
void say(void* context, char c) { chip_of(context).said += c; }
bool take_wake_token(void* context) { return chip_of(context).rtc.take_wake_token(); }

constexpr boot_map kMap = {flash_map::kSector,
                           flash_map::kImage,
                           flash_map::kImageMax,
                           {flash_map::kBootJournal, flash_map::kBootJournal + flash_map::kSector}};

}  // namespace

BootloaderRun run_bootloader(hal::Flash& flash, RtcMemory& rtc, std::chrono::milliseconds per_sector) {
  Chip chip{flash, rtc, per_sector, {}};
  const boot_platform platform = {&chip, read, program, erase, no_watchdog, no_watchdog, say, take_wake_token};
  const auto state = std::make_unique<boot>();
  state->map = &kMap;
  state->platform = &platform;
  const bool starts = boot_prepare(state.get()) == BOOT_START;
  return {starts, std::move(chip.said)};
}

}  // namespace flotilla
