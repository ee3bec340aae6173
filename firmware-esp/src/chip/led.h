// What a status LED shows, for people without a serial cable. Pure: the caller drives the pin.
//
//   LedPattern    seen as                          means
//   Off           dark                             connected, all is well
//   Blink         half a second on, half off       looking for the network or the broker
//   Download      a short flash each second        an update is being downloaded or checked
//   Trial         two short flashes each second    a new image is on trial
//   Trouble       three short flashes, a pause     the last update failed or was left
//   Unmanaged     a tenth on, a tenth off          not provisioned, or the flash layout does not fit: serial says why
//   On            lit                              early in a boot, and while restarting into an update
#pragma once

#include <cstdint>

namespace flotilla {

enum class LedPattern : std::uint8_t { Off, Blink, Download, Trial, Trouble, Unmanaged, On };

// Lit at that time (milliseconds since any begin)?
[[nodiscard]] constexpr bool led_lit(LedPattern pattern, std::uint64_t ms) {
  const auto flashes = [](std::uint64_t at, unsigned count) { return at / 100 < 2 * count && at / 100 % 2 == 0; };
  switch (pattern) {
    case LedPattern::Off: return false;
    case LedPattern::Blink: return ms % 1000 < 500;
    case LedPattern::Download: return flashes(ms % 1000, 1);
    case LedPattern::Trial: return flashes(ms % 1000, 2);
    case LedPattern::Trouble: return flashes(ms % 1600, 3);
    case LedPattern::Unmanaged: return ms % 200 < 100;
    case LedPattern::On: return true;
  }
  return false;
}

}  // namespace flotilla
