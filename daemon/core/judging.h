// The two clocks behind every judgement about a device, in milliseconds; see fleet.h for the rule.
//  - link time runs while devices could be heard: subscribed, and the grace after a (re)connect is over. It tells who is
//    silent at this moment.
//  - judging time stands still as well while too many are silent at once. Deadlines run on it, and it is saved.
#pragma once

#include <cstdint>

#include "daemon/core/types.h"

namespace flotilla::core {

class JudgingClock {
 public:
  // `grace_ms`: two heartbeat intervals. Link time starts where judging time stood, so that silence counted before a
  // restart goes on counting.
  JudgingClock(std::int64_t grace_ms, JudgingTime start) : grace_ms_(grace_ms), judging_(start), link_(start) {}

  void broker_up(std::int64_t mono_ms);
  void broker_down() { subscribed_ = false; }
  // At the beginning of every event. At most `grace_ms` pass in one call.
  void advance(std::int64_t mono_ms, bool crowd_is_silent);

  [[nodiscard]] JudgingTime judging() const { return judging_; }
  [[nodiscard]] std::int64_t link() const { return link_; }
  [[nodiscard]] bool subscribed() const { return subscribed_; }
  // Milliseconds of grace left; 0: over.
  [[nodiscard]] std::int64_t grace_left(std::int64_t mono_ms) const;
  // Monotonic milliseconds since judging time last moved.
  [[nodiscard]] std::int64_t unjudged() const { return unjudged_; }
  void forget_unjudged() { unjudged_ = 0; }

 private:
  std::int64_t grace_ms_;
  JudgingTime judging_;
  std::int64_t link_;
  std::int64_t last_mono_ = 0;
  std::int64_t grace_end_ = 0;
  std::int64_t unjudged_ = 0;
  bool started_ = false;
  bool subscribed_ = false;
};

}  // namespace flotilla::core
