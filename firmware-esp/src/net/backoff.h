// When to try again: twice as long after each failure, spread between half and all of it, so that a fleet does not come
// back at one moment. Milliseconds. Pure.
#pragma once

#include <cstdint>

namespace flotilla {

class Backoff {
 public:
  Backoff(std::uint32_t first_ms, std::uint32_t last_ms) : first_ms_(first_ms), last_ms_(last_ms), next_ms_(first_ms) {}

  // `random` is any number. Call it once per failure.
  void failed(std::uint64_t now_ms, std::uint32_t random) {
    retry_ms_ = now_ms + next_ms_ / 2 + random % (next_ms_ / 2 + 1);
    next_ms_ = next_ms_ >= last_ms_ / 2 ? last_ms_ : next_ms_ * 2;
  }
  void succeeded() { next_ms_ = first_ms_; }
  void at_once() { retry_ms_ = 0; }
  [[nodiscard]] bool due(std::uint64_t now_ms) const { return now_ms >= retry_ms_; }

 private:
  std::uint32_t first_ms_;
  std::uint32_t last_ms_;
  std::uint32_t next_ms_;
  std::uint64_t retry_ms_ = 0;
};

}  // namespace flotilla
