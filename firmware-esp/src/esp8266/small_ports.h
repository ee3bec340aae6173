// Clock and random numbers of the chip.
#pragma once

#include "firmware-esp/src/hal.h"

namespace flotilla {

class EspClock final : public hal::Clock {
 public:
  std::uint64_t monotonic_ms() override;
  // 0 until an NTP server has answered: the chip has no clock of its own that runs on.
  std::uint64_t unix_seconds() override;
};

// The hardware's generator. It is truly random only while the radio is on.
class EspRandom final : public hal::Random {
 public:
  std::uint32_t next() override;
};

// The time that certificates are checked against: never below what is known without a network.
class TrustedTime {
 public:
  explicit TrustedTime(hal::Clock& clock) : clock_(clock) {}
  void raise_floor(std::uint64_t seconds) { floor_ = seconds > floor_ ? seconds : floor_; }
  [[nodiscard]] std::uint64_t now() const {
    const std::uint64_t time = clock_.unix_seconds();
    return time > floor_ ? time : floor_;
  }

 private:
  hal::Clock& clock_;
  std::uint64_t floor_ = 0;
};

}  // namespace flotilla
