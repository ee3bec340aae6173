// The device agent: takes signed commands, downloads, verifies, arms, tries, confirms or goes back, and reports its whole
// state. Pure: everything outside comes through the ports and the application. No heap; one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/messages.h"
#include "firmware-esp/src/core/board.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

enum class SelfTestResult : std::uint8_t { Passed, Failed, Pending };

// What the sketch may say. Every method has a default, so an application overrides only what it needs.
class Application {
 public:
  virtual ~Application() = default;
  // Asked again and again during a trial until it is not Pending.
  virtual SelfTestResult self_test() { return SelfTestResult::Passed; }
  // A short reason to put an update off ("pump running"), or empty. Asked before the download and before the restart.
  virtual std::string_view not_now() { return {}; }
  // Adds up to kMaxHealth values to the heartbeat.
  virtual void health(FixedVector<HealthValue, kMaxHealth>& values) { (void)values; }
  // One line about what the agent does, for the serial port.
  virtual void log(std::string_view line) { (void)line; }
};

struct Vitals {
  std::uint32_t free_heap = 0;      // bytes
  std::uint32_t largest_block = 0;  // bytes
  std::int32_t rssi = 0;            // dBm
};

struct AgentConfig {
  std::string_view version;         // of the sketch; must outlive the agent
  std::uint64_t build_seconds = 0;  // 1970-based, the clock's floor
  Vitals (*vitals)() = nullptr;     // for the heartbeat; none: zeros
};

class Agent {
 public:
  // Everything given must outlive the agent.
  Agent(const hal::Ports& ports, Application& application, const AgentConfig& config, const Board& board);

  // Opens the journal, identifies the running image by its hash and settles what the reset left. false, with the reason
  // logged: the flash is too small or the journal cannot be written; such a board must not be updated.
  [[nodiscard]] bool begin();

  // One bounded piece of work (at most one flash sector, one command, one heartbeat); call it again and again. It polls
  // the Mqtt and the Download port itself. After restarting() it does nothing more.
  void step();

  [[nodiscard]] bool restarting() const;  // Boot::restart() was called: tear down and go through the boot path
  [[nodiscard]] UpdateState state() const;
  [[nodiscard]] std::uint64_t attempt_id() const;
  [[nodiscard]] Reason error() const;
  [[nodiscard]] bool seeded() const;  // the running image lies in a slot as well, as the one to go back to
  [[nodiscard]] const Digest& running_sha256() const;
  [[nodiscard]] std::uint32_t security_floor() const;
  [[nodiscard]] std::uint32_t last_sequence() const;
  [[nodiscard]] Reason refusal() const;
};

}  // namespace flotilla
