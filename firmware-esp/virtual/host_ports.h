// The two smallest ports: the host's clock, counted from the virtual boot, and random numbers by seed.
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

#include "firmware-esp/src/hal.h"

namespace flotilla {

class HostClock : public hal::Clock {
 public:
  HostClock() : boot_(std::chrono::steady_clock::now()) {}
  std::uint64_t monotonic_ms() override {
    const auto since_boot = std::chrono::steady_clock::now() - boot_;
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since_boot).count());
  }
  std::uint64_t unix_seconds() override {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(since_1970).count());
  }

 private:
  std::chrono::steady_clock::time_point boot_;
};

class SeededRandom : public hal::Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}
  std::uint32_t next() override { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937_64 engine_;
};

}  // namespace flotilla
