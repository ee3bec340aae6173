// When a new image is kept and when it is left. Pure.
#pragma once

#include <cstdint>

#include "common/reason.h"
#include "firmware-esp/src/core/self_test.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

struct TrialFacts {
  bool network_seen = false;  // in this boot
  bool acknowledged = false;  // a heartbeat of this boot, sent on trial
  bool order_back = false;    // its own order came through a subscription of this boot
  bool link_up = false;       // now
  SelfTestResult self_test = SelfTestResult::Pending;
  std::uint32_t seconds = 0;        // used in which the image could be blamed, over all boots
  std::uint32_t total_seconds = 0;  // in all
  std::uint32_t seconds_allowed = 0;
  std::uint32_t total_allowed = 0;
};

enum class TrialVerdict : std::uint8_t { Continue, Confirm, GoBack };

struct TrialDecision {
  TrialVerdict verdict = TrialVerdict::Continue;
  Reason reason = Reason::None;  // with GoBack
};

[[nodiscard]] TrialDecision decide_trial(const TrialFacts& facts);

// Sums the trial's time in milliseconds, so that short steps are not lost. Time in which the broker could not be reached
// counts only for the total.
class TrialClock {
 public:
  void begin(std::uint32_t seconds, std::uint32_t total_seconds);
  void advance(std::uint64_t milliseconds, hal::Link link);
  [[nodiscard]] std::uint32_t seconds() const { return static_cast<std::uint32_t>(used_ / 1000); }
  [[nodiscard]] std::uint32_t total_seconds() const { return static_cast<std::uint32_t>(total_ / 1000); }

 private:
  std::uint64_t used_ = 0;
  std::uint64_t total_ = 0;
};

}  // namespace flotilla
