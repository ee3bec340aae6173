// What makes a board this board: its provisioning and the trust store in it, read from flash before anything else.
#pragma once

#include <cstdint>

#include "common/messages.h"
#include "common/trust.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

struct Board {
  Provisioning provisioning;  // its views point into the workspace given to load_board()
  TrustStore trust;
};

enum class BoardCheck : std::uint8_t {
  Good,
  NotProvisioned,  // neither copy has a good header and CRC
  Malformed,       // a good CRC around a message that does not decode
  TooLarge,        // the block is larger than the workspace
  UnsoundTrust,    // the trust store does not decode, or its thresholds cannot be reached
  UnsignedTrust,   // not signed by its own root keys
  Unreadable,      // the flash could not be read
};
// One plain sentence that says what to do about it.
[[nodiscard]] const char* to_string(BoardCheck check);

// Reads the copy with the higher version of those that are good into `workspace` (kProvisioningSize bytes are always
// enough), decodes it, and checks that the trust store is sound and signed by its own roots. The workspace must stay
// as long as the views of `out` are used; the agent itself uses none of them.
[[nodiscard]] BoardCheck load_board(hal::Flash& flash, TrustCrypto& crypto, std::uint8_t* workspace, std::size_t size,
                                    Board& out);

}  // namespace flotilla
