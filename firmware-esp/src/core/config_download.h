// Fetches a provisioning that was ordered (UpdateConfig) into the copy that is not in use: over HTTPS, anew from the start
// after each cut, hashed on the way and again from flash, checked against what this board is, and completed with what no
// file changes: the trust store, and the device key where the file brings none.
#pragma once

#include <cstdint>

#include "common/reason.h"
#include "firmware-esp/src/core/board.h"
#include "firmware-esp/src/core/config_copies.h"
#include "firmware-esp/src/core/fetch_timer.h"
#include "firmware-esp/src/core/ledger.h"
#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

class ConfigDownload {
 public:
  static constexpr std::uint32_t kMaxFile = 4096;  // bytes

  void begin(const hal::Ports& ports, std::uint32_t seconds_before);
  [[nodiscard]] bool active() const { return phase_ != Phase::Idle; }

  // One buffer's work for the attempt in force. Done: the copy that is not in use holds a good block with a version of
  // its own. Failed: reason() says why; the copy has no header, unless it was never touched. Before it is touched the
  // journal says so (ProgressRecord::bytes), and which block is in use.
  [[nodiscard]] Progress step(const hal::Ports& ports, Ledger& ledger, const Board& board, Scratch& scratch);
  void stop(const hal::Ports& ports);

  [[nodiscard]] Reason reason() const { return reason_; }
  [[nodiscard]] int http_status() const { return http_status_; }  // of the last refusal; 0: none
  [[nodiscard]] std::uint32_t seconds(hal::Clock& clock) const { return timer_.seconds(clock); }

 private:
  enum class Phase : std::uint8_t { Idle, Wait, Fetch, Check, Assemble };

  Progress ask(const hal::Ports& ports, const AttemptRecord& order);
  Progress fetch(const hal::Ports& ports, Ledger& ledger, const Board& board, Scratch& scratch);
  Progress take(const hal::Ports& ports, Ledger& ledger, const Board& board, ByteView bytes);
  Progress complete(const hal::Ports& ports, const AttemptRecord& order);
  Progress check(const hal::Ports& ports, const AttemptRecord& order, Scratch& scratch);
  Progress fail(Reason reason);
  void back_off(const hal::Ports& ports);
  bool touch(const hal::Ports& ports, Ledger& ledger, const Board& board);
  Reason assemble(const hal::Ports& ports, const Board& board);

  Phase phase_ = Phase::Idle;
  Reason reason_ = Reason::None;
  bool erased_ = false;  // the copy, since the request began
  int http_status_ = 0;
  std::uint32_t version_ = 0;  // of the block to come
  ConfigWriter writer_;
  FlashHasher hasher_;
  FetchTimer timer_;
};

}  // namespace flotilla
