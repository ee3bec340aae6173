#include "firmware-esp/src/core/board.h"

#include "common/flash_map.h"
#include "proto/device/codec.h"
#include "proto/provisioning_block.h"

namespace flotilla {
namespace {

// A day. Beyond it the daemon would not wait for a heartbeat anyway, and the milliseconds must fit into 32 bits.
constexpr std::uint32_t kMaxHeartbeatSeconds = 86'400;

enum class CopyCheck : std::uint8_t { Good, Bad, TooLarge, Unreadable };

std::uint32_t length_field(const std::uint8_t* header) {
  return static_cast<std::uint32_t>(header[12]) | static_cast<std::uint32_t>(header[13]) << 8 |
         static_cast<std::uint32_t>(header[14]) << 16 | static_cast<std::uint32_t>(header[15]) << 24;
}

// Reads no more than header and message, so that a small workspace serves a small block.
CopyCheck read_copy(hal::Flash& flash, std::uint32_t address, std::uint8_t* workspace, std::size_t size,
                    ProvisioningBlock& out) {
  if (size < kProvisioningHeader) return CopyCheck::TooLarge;
  if (!flash.read(address, workspace, kProvisioningHeader)) return CopyCheck::Unreadable;
  const std::uint32_t length = length_field(workspace);
  if (length > flash_map::kProvisioningSize - kProvisioningHeader) return CopyCheck::Bad;
  const std::size_t block = kProvisioningHeader + length;
  const std::size_t words = (block + 3) & ~std::size_t{3};
  if (words > size) return CopyCheck::TooLarge;
  if (!flash.read(address, workspace, words)) return CopyCheck::Unreadable;
  return parse_provisioning_block(ByteView(workspace, block), out) ? CopyCheck::Good : CopyCheck::Bad;
}

BoardCheck check_of(CopyCheck a, CopyCheck b) {
  if (a == CopyCheck::Unreadable || b == CopyCheck::Unreadable) return BoardCheck::Unreadable;
  if (a == CopyCheck::TooLarge || b == CopyCheck::TooLarge) return BoardCheck::TooLarge;
  return BoardCheck::NotProvisioned;
}

BoardCheck read_trust(ByteView signed_store, TrustCrypto& crypto, TrustStore& out) {
  Envelope envelope;
  if (!device_wire::decode(signed_store, envelope)) return BoardCheck::UnsoundTrust;
  if (!device_wire::decode(envelope.payload, out) || !is_sound(out)) return BoardCheck::UnsoundTrust;
  return verify_trust(envelope, out, crypto) == EnvelopeVerdict::Valid ? BoardCheck::Good : BoardCheck::UnsignedTrust;
}

}  // namespace

const char* to_string(BoardCheck check) {
  switch (check) {
    case BoardCheck::Good: return "the board is provisioned";
    case BoardCheck::NotProvisioned: return "no provisioning in flash: enroll the device and write its block";
    case BoardCheck::Malformed: return "the provisioning does not decode: write it again with this version's tools";
    case BoardCheck::TooLarge: return "the provisioning does not fit into the memory given: raise the workspace";
    case BoardCheck::UnsoundTrust: return "the provisioning's trust store is damaged: enroll the device again";
    case BoardCheck::UnsignedTrust: return "the trust store is not signed by its own roots: enroll the device again";
    case BoardCheck::Unreadable: return "the flash could not be read";
  }
  return "unknown";
}

BoardCheck load_board(hal::Flash& flash, TrustCrypto& crypto, std::uint8_t* workspace, std::size_t size,
                      Provisioning& provisioning, Board& board) {
  const std::uint32_t copies[2] = {flash_map::provisioning(flash.size(), 0), flash_map::provisioning(flash.size(), 1)};
  ProvisioningBlock block;
  const CopyCheck second = read_copy(flash, copies[1], workspace, size, block);
  const std::uint32_t second_version = block.version;
  CopyCheck first = read_copy(flash, copies[0], workspace, size, block);
  board.config_copy = 0;
  // The workspace holds one copy: the other is read once more where it is the better one.
  if (second == CopyCheck::Good && (first != CopyCheck::Good || second_version > block.version)) {
    first = read_copy(flash, copies[1], workspace, size, block);
    board.config_copy = 1;
  }
  if (first != CopyCheck::Good) return check_of(first, second);
  if (!device_wire::decode(block.message, provisioning)) return BoardCheck::Malformed;
  if (!is_device_id(provisioning.device_id.view())) return BoardCheck::Malformed;
  if (provisioning.heartbeat_seconds > kMaxHeartbeatSeconds) return BoardCheck::Malformed;
  board.device_id = provisioning.device_id;
  board.product = provisioning.product;
  board.hardware = provisioning.hardware;
  board.provisioned_at = provisioning.provisioned_at;
  board.heartbeat_seconds = provisioning.heartbeat_seconds;
  board.config_version = block.version;
  return read_trust(provisioning.signed_trust_store, crypto, board.trust);
}

}  // namespace flotilla
