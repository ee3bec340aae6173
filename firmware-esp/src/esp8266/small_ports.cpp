#include "firmware-esp/src/esp8266/small_ports.h"

#include <Arduino.h>
#include <ctime>

namespace flotilla {
namespace {

constexpr std::uint64_t kNoClockBefore = 1704067200;  // 2024-01-01: the system time starts at 1970 with each boot

}  // namespace

std::uint64_t EspClock::monotonic_ms() { return micros64() / 1000; }

std::uint64_t EspClock::unix_seconds() {
  const auto seconds = static_cast<std::uint64_t>(time(nullptr));
  return seconds >= kNoClockBefore ? seconds : 0;
}

std::uint32_t EspRandom::next() { return ESP.random(); }

}  // namespace flotilla
