#include "firmware-esp/virtual/eboot.h"

#include <thread>

#include "firmware-esp/virtual/eboot_copy.h"

namespace flotilla {

std::uint32_t run_eboot(hal::Flash& flash, RtcMemory& rtc, std::chrono::milliseconds per_sector) {
  CopyCommand command;
  if (!rtc.load(command)) return 0;
  const auto wait = [per_sector] {
    if (per_sector.count() != 0) std::this_thread::sleep_for(per_sector);
  };
  const std::uint32_t done = eboot_copy(flash, command.source, command.target, command.size, wait);
  rtc.clear();
  return done;
}

}  // namespace flotilla
