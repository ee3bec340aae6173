// Whether a message on the command topic is acted upon. Pure: facts in, a decision out; nothing here changes the device.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/messages.h"
#include "common/reason.h"
#include "common/trust.h"
#include "firmware-esp/src/core/board.h"
#include "firmware-esp/src/core/ledger.h"

namespace flotilla {

enum class CommandOutcome : std::uint8_t {
  Accept,
  Renew,       // signed anew for the attempt already known: the sequence moves on, the attempt stays as it is
  Redelivery,  // the last command once more: no effect, no refusal
  Refuse,
};

struct CommandDecision {
  CommandOutcome outcome = CommandOutcome::Refuse;
  Reason reason = Reason::None;  // with Refuse
};

// What the device knows when the message arrives.
struct DeviceFacts {
  const Board& board;
  const Ledger& ledger;
  std::string_view running_version;
  std::uint64_t now = 0;    // seconds since 1970, not below the clock's floor; 0: the time is not known
  bool going_back = false;  // a rolled-back image still runs
  bool has_slots = true;    // the flash has room for them
  bool unfit = false;       // the application says so
  bool low_memory = false;  // too little for TLS
};

// What the checks find out about a message, for those after them and for whoever acts on it. Views point into the message.
struct CommandCase {
  ByteView message;
  Command command;
  Digest digest;  // of the command's payload
  Manifest manifest;
};

// Checks in a fixed order; the first refusal counts. `subject.message` is given, the rest is filled.
[[nodiscard]] CommandDecision decide(CommandCase& subject, const DeviceFacts& facts, TrustCrypto& crypto);

}  // namespace flotilla
