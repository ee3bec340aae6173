#include "firmware-esp/virtual/eboot.h"

#include <array>
#include <thread>

#include "common/flash_map.h"

namespace flotilla {
namespace {

using Sector = std::array<std::uint8_t, flash_map::kSector>;

bool rewrite(hal::Flash& flash, std::uint32_t target, const Sector& bytes) {
  return flash.erase_sector(target) && flash.write(target, bytes.data(), bytes.size());
}

bool copy_sector(hal::Flash& flash, std::uint32_t source, std::uint32_t target) {
  Sector bytes;
  if (!flash.read(source, bytes.data(), bytes.size())) return false;
  if (target != 0) return rewrite(flash, target, bytes);
  // The bootloader's own sector: a needless erase would be a needless moment without a bootloader.
  Sector own;
  return flash.read(0, own.data(), own.size()) && (own == bytes || rewrite(flash, 0, bytes));
}

}  // namespace

std::uint32_t run_eboot(hal::Flash& flash, RtcMemory& rtc, std::chrono::milliseconds per_sector) {
  CopyCommand command;
  if (!rtc.load(command)) return 0;
  std::uint32_t done = 0;
  while (done < command.size && copy_sector(flash, command.source + done, command.target + done)) {
    done += flash_map::kSector;
    if (per_sector.count() != 0) std::this_thread::sleep_for(per_sector);
  }
  rtc.clear();
  return done;
}

}  // namespace flotilla
