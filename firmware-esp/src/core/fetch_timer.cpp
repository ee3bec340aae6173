#include "firmware-esp/src/core/fetch_timer.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kFirstDelayMs = 1000;
constexpr std::uint32_t kLastDelayMs = 60000;
constexpr std::uint64_t kStallMs = 60000;

}  // namespace

void FetchTimer::begin(hal::Clock& clock, std::uint32_t seconds_before) {
  *this = {};
  seconds_before_ = seconds_before;
  began_ms_ = clock.monotonic_ms();
}

std::uint32_t FetchTimer::seconds(hal::Clock& clock) const {
  return seconds_before_ + static_cast<std::uint32_t>((clock.monotonic_ms() - began_ms_) / 1000);
}

void FetchTimer::heard(hal::Clock& clock) {
  delay_ms_ = 0;
  heard_ms_ = clock.monotonic_ms();
}

bool FetchTimer::stalled(hal::Clock& clock) const { return clock.monotonic_ms() - heard_ms_ >= kStallMs; }

// Doubled each time, and spread between half and all of it, so that a fleet does not come back at one moment.
void FetchTimer::back_off(hal::Clock& clock, hal::Random& random) {
  delay_ms_ = delay_ms_ == 0 ? kFirstDelayMs : (delay_ms_ >= kLastDelayMs / 2 ? kLastDelayMs : delay_ms_ * 2);
  retry_ms_ = clock.monotonic_ms() + delay_ms_ / 2 + random.next() % (delay_ms_ / 2 + 1);
}

}  // namespace flotilla
