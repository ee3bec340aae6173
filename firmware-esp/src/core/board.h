// What makes a board this board: its provisioning and the trust store in it, read from flash before anything else.
#pragma once

#include <cstdint>

#include "common/flash_text.h"
#include "common/messages.h"
#include "common/trust.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

// A day. Beyond it the daemon would not wait for a heartbeat anyway, and the milliseconds must fit into 32 bits.
inline constexpr std::uint32_t kMaxHeartbeatSeconds = 86'400;

// What the agent keeps of the provisioning for as long as it runs. The rest (Wi-Fi, certificates, addresses) is the
// platform's, at set-up only.
struct Board {
  DeviceId device_id;
  Name product;
  Name hardware;
  std::uint64_t provisioned_at = 0;      // seconds since 1970
  std::uint32_t heartbeat_seconds = 30;  // usual interval
  std::uint32_t config_version = 0;      // of the provisioning block in use
  std::uint8_t config_copy = 0;          // which of the two copies it is
  TrustStore trust;
};
[[nodiscard]] inline std::uint8_t other_copy(const Board& board) { return board.config_copy == 0 ? 1 : 0; }

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
[[nodiscard]] FlashText text_of(BoardCheck check);

// Reads the copy that the journal says is to be used, otherwise the one with the higher version, into `workspace`
// (kProvisioningSize bytes are always enough), decodes it, and checks that the trust store is sound and signed by its own
// roots. Where that copy is not good for all of this the other one is taken; where neither is, the answer is about the
// first. The workspace must stay as long as the views of `provisioning` are used; `board` has none.
[[nodiscard]] BoardCheck load_board(hal::Flash& flash, TrustCrypto& crypto, std::uint8_t* workspace, std::size_t size,
                                    Provisioning& provisioning, Board& board);

}  // namespace flotilla
