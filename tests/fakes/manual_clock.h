// A clock that stands until the test moves it.
#pragma once

#include <mutex>

#include "daemon/service/ports.h"

namespace flotilla::fakes {

// Thread-safe.
class ManualClock final : public service::Clock {
 public:
  core::Now now() override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void advance_ms(std::int64_t ms) {
    const std::lock_guard lock(mutex_);
    now_.mono_ms += ms;
    now_.wall = 1'800'000'000 + now_.mono_ms / 1000;
  }
  void trust(bool trusted) {
    const std::lock_guard lock(mutex_);
    now_.wall_trusted = trusted;
  }

 private:
  std::mutex mutex_;
  core::Now now_{.mono_ms = 0, .wall = 1'800'000'000, .wall_trusted = true};
};

}  // namespace flotilla::fakes
