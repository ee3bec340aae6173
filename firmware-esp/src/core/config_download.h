// Fetches a provisioning that was ordered (UpdateConfig) into the copy that is not in use: over HTTPS, anew from the start
// after each cut, hashed on the way and again from flash, checked against what this board is, and completed with what no
// file changes: the trust store, and the device key where the file brings none.
#pragma once

#include <cstdint>

#include "firmware-esp/src/core/board.h"
#include "firmware-esp/src/core/config_copies.h"
#include "firmware-esp/src/core/fetcher.h"
#include "firmware-esp/src/core/ledger.h"
#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

class ConfigDownload : public Fetcher {
 public:
  static constexpr std::uint32_t kMaxFile = 4096;  // bytes

  void begin(const hal::Ports& ports, std::uint32_t seconds_before);

  // One buffer's work for the attempt in force. Done: the copy that is not in use holds a good block with a version of
  // its own. Failed: reason() says why; the copy has no header, unless it was never touched. Before it is touched the
  // journal says so (ProgressRecord::bytes), and which block is in use.
  [[nodiscard]] Progress step(const hal::Ports& ports, Ledger& ledger, const Board& board, Scratch& scratch);

 private:
  Progress fetch(const hal::Ports& ports, Ledger& ledger, const Board& board, Scratch& scratch);
  Progress take(const hal::Ports& ports, Ledger& ledger, const Board& board, ByteView bytes);
  Progress complete(const hal::Ports& ports, const AttemptRecord& order);
  bool touch(const hal::Ports& ports, Ledger& ledger, const Board& board);
  Reason assemble(const hal::Ports& ports, const Board& board);

  bool erased_ = false;        // the copy, since the request began
  std::uint32_t version_ = 0;  // of the block to come
  ConfigWriter writer_;
};

}  // namespace flotilla
