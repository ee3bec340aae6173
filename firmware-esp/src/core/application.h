// What the sketch may say to its agent.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/messages.h"
#include "firmware-esp/src/core/self_test.h"

namespace flotilla {

// Every method has a default, so an application overrides only what it needs.
class Application {
 public:
  virtual ~Application() = default;
  // Asked again and again during a trial until it is not Pending.
  virtual SelfTestResult self_test() { return SelfTestResult::Passed; }
  // A short reason to put an accepted update off ("pump running"), or empty. Asked before the download and before the
  // restart.
  virtual std::string_view not_now() { return {}; }
  // A short reason to refuse an update that is ordered now ("battery at 9 %"), or empty.
  virtual std::string_view unfit() { return {}; }
  // Adds up to kMaxHealth values to the heartbeat.
  virtual void health(FixedVector<HealthValue, kMaxHealth>& values) { (void)values; }
  // One line about what the agent does, for the serial port.
  virtual void log(std::string_view line) { (void)line; }
};

}  // namespace flotilla
