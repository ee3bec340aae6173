// When a download asks again and when it gives up: back-off with jitter, stalls, and its time used, over resets as well.
#pragma once

#include <cstdint>

#include "firmware-esp/src/hal.h"

namespace flotilla {

class FetchTimer {
 public:
  static constexpr std::uint32_t kRecordSeconds = 60;  // between two records of the time used

  // Time used before a reset counts.
  void begin(hal::Clock& clock, std::uint32_t seconds_before);
  [[nodiscard]] std::uint32_t seconds(hal::Clock& clock) const;  // used

  void asked(hal::Clock& clock) { heard_ms_ = clock.monotonic_ms(); }
  void heard(hal::Clock& clock);                        // bytes came: the next back-off is a short one again
  [[nodiscard]] bool stalled(hal::Clock& clock) const;  // for too long no byte: the connection is taken for broken

  void back_off(hal::Clock& clock, hal::Random& random);
  [[nodiscard]] bool waiting(hal::Clock& clock) const { return clock.monotonic_ms() < retry_ms_; }
  [[nodiscard]] bool in_trouble() const { return delay_ms_ != 0; }  // since the last bytes it had to back off

 private:
  std::uint32_t seconds_before_ = 0;
  std::uint32_t delay_ms_ = 0;
  std::uint64_t began_ms_ = 0;
  std::uint64_t retry_ms_ = 0;
  std::uint64_t heard_ms_ = 0;
};

}  // namespace flotilla
