// The heartbeat: what is in it, and when the next one goes out.
#pragma once

#include <cstdint>

#include "common/messages.h"
#include "firmware-esp/src/core/agent_config.h"
#include "firmware-esp/src/core/board.h"
#include "firmware-esp/src/core/ledger.h"
#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

inline constexpr std::string_view kAgentVersion = "0.1.0";

// What only the agent knows, beside ledger, board and ports.
struct AgentReport {
  std::uint32_t boot_id = 0;
  std::uint32_t progress_bytes = 0;  // of the download
  std::uint32_t refused_sequence = 0;
  Reason refusal = Reason::None;
  int http_status = 0;  // of the last refused download; 0: none
  FixedString<kMaxDeferred> deferred;
};

struct HeartbeatSources {
  const hal::Ports& ports;
  const AgentConfig& config;
  const Board& board;
  const Ledger& ledger;
  const ImageIdentity& running;
  const AgentReport& report;
};

// Of an image in work.
[[nodiscard]] std::uint32_t percent_of(std::uint32_t bytes, std::uint32_t size);

// Everything but the application's health values.
void fill_heartbeat(const HeartbeatSources& from, std::uint32_t next_seconds, Heartbeat& out);

// When: at once on a change, otherwise at the usual interval, spread by 10 % to each side.
class HeartbeatTimer {
 public:
  void now() { due_ = true; }
  [[nodiscard]] bool due(std::uint32_t now_ms) const { return due_ || now_ms - sent_ms_ >= interval_ms_; }
  // Draws the next interval; the caller reports it in the heartbeat that it then sends, which is due until it is sent. In
  // seconds, rounded up.
  [[nodiscard]] std::uint32_t draw(std::uint32_t interval_seconds, hal::Random& random);
  void sent(std::uint32_t now_ms);

 private:
  bool due_ = true;
  std::uint32_t interval_ms_ = 0;
  std::uint32_t sent_ms_ = 0;  // by the clock's low 32 bits
};

}  // namespace flotilla
