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
  // A short reason to put an accepted update off ("pump running"), or empty. Asked again and again before the download
  // begins and before the restart into the new image; in between neither this nor unfit() stops anything.
  virtual std::string_view not_now() { return {}; }
  // A short reason why the device is not fit for an update ("battery at 9 %"), or empty. An Install or Revert that comes
  // meanwhile is refused as Unfit, and is asked for again when this is empty (at most once a minute). One that was
  // accepted before is put off as by not_now(): a battery that runs low during the download holds back the restart, and
  // the image stays in its slot. Either way the text goes out as the heartbeat's deferred reason, cut to kMaxDeferred
  // bytes, so the daemon waits or skips and counts no failure. Never asked on trial: the image runs already.
  virtual std::string_view unfit() { return {}; }
  // Adds up to kMaxHealth values to the heartbeat.
  virtual void health(FixedVector<HealthValue, kMaxHealth>& values) { (void)values; }
  // One line about what the agent does, for the serial port.
  virtual void log(std::string_view line) { (void)line; }
};

}  // namespace flotilla
