// The device agent: takes signed commands, downloads, verifies, arms, tries, confirms or goes back, and reports its whole
// state. Pure: everything outside comes through the ports and the application. No heap; one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/messages.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

enum class SelfTestResult : std::uint8_t { Passed, Failed, Pending };

// What the sketch may say. Every method has a default, so an application overrides only what it needs.
class Application {
 public:
  virtual ~Application() = default;
  // Asked again and again during a trial until it is not Pending.
  virtual SelfTestResult self_test() { return SelfTestResult::Passed; }
  // A short reason to put an update off ("pump running"), or empty.
  virtual std::string_view not_now() { return {}; }
  // Adds up to kMaxHealth values to the heartbeat.
  virtual void health(FixedVector<HealthValue, kMaxHealth>& values) { (void)values; }
  // One line about what the agent does, for the serial port.
  virtual void log(std::string_view line) { (void)line; }
};

struct AgentConfig {
  std::string_view version;        // of the sketch; must outlive the agent
  std::uint64_t build_seconds = 0; // 1970-based, the clock's floor
};

}  // namespace flotilla
