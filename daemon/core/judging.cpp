#include "daemon/core/judging.h"

#include <algorithm>

namespace flotilla::core {

void JudgingClock::broker_up(std::int64_t mono_ms) {
  subscribed_ = true;
  grace_end_ = mono_ms + grace_ms_;
}

void JudgingClock::advance(std::int64_t mono_ms, bool crowd_is_silent) {
  if (!started_) last_mono_ = mono_ms;  // monotonic time has no beginning that would mean anything
  started_ = true;
  const auto from = last_mono_;
  if (mono_ms <= from) return;
  last_mono_ = mono_ms;
  const auto heard_from = subscribed_ ? std::max(from, grace_end_) : mono_ms;
  const auto passed = std::clamp<std::int64_t>(mono_ms - heard_from, 0, grace_ms_);
  link_ += passed;
  if (passed > 0 && !crowd_is_silent) {
    judging_ += passed;
    unjudged_ = 0;
  } else {
    unjudged_ += mono_ms - from;
  }
}

std::int64_t JudgingClock::grace_left(std::int64_t mono_ms) const {
  return subscribed_ ? std::max<std::int64_t>(0, grace_end_ - mono_ms) : 0;
}

}  // namespace flotilla::core
