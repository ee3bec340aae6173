#include "firmware-esp/src/core/board.h"

#include "firmware-esp/src/core/config_copies.h"
#include "firmware-esp/src/core/records.h"
#include "firmware-esp/src/core/slots.h"
#include "proto/device/codec.h"

namespace flotilla {
namespace {

// 0: the journal does not say.
std::uint32_t version_to_use(hal::Flash& flash) {
  Journal journal(flash);
  ConfigUseRecord use;
  // Opening the journal may write to it.
  return image_in_bounds(flash) && journal.open() && load(journal, use) ? use.version : 0;
}

BoardCheck read_trust(ByteView signed_store, TrustCrypto& crypto, TrustStore& out) {
  Envelope envelope;
  if (!device_wire::decode(signed_store, envelope)) return BoardCheck::UnsoundTrust;
  if (!device_wire::decode(envelope.payload, out) || !is_sound(out)) return BoardCheck::UnsoundTrust;
  return verify_trust(envelope, out, crypto) == EnvelopeVerdict::Valid ? BoardCheck::Good : BoardCheck::UnsignedTrust;
}

std::uint8_t first_choice(const ConfigCopy (&copies)[2], std::uint32_t wanted) {
  if (!copies[0].good || !copies[1].good) return copies[1].good ? 1 : 0;
  for (std::uint8_t copy = 0; copy < 2; ++copy) {
    if (wanted != 0 && copies[copy].version == wanted) return copy;
  }
  return copies[1].version > copies[0].version ? 1 : 0;
}

BoardCheck load_copy(hal::Flash& flash, TrustCrypto& crypto, std::uint8_t copy, const ConfigCopy& found,
                     std::uint8_t* workspace, std::size_t size, Provisioning& provisioning, Board& board) {
  if (found.unreadable) return BoardCheck::Unreadable;
  if (!found.good) return BoardCheck::NotProvisioned;
  const std::size_t words = (found.length + 3) & ~std::size_t{3};
  if (words > size) return BoardCheck::TooLarge;
  if (!flash.read(config_message(flash, copy), workspace, words)) return BoardCheck::Unreadable;
  if (!device_wire::decode(ByteView(workspace, found.length), provisioning)) return BoardCheck::Malformed;
  if (!is_device_id(provisioning.device_id.view())) return BoardCheck::Malformed;
  if (provisioning.heartbeat_seconds > kMaxHeartbeatSeconds) return BoardCheck::Malformed;
  board.device_id = provisioning.device_id;
  board.product = provisioning.product;
  board.hardware = provisioning.hardware;
  board.provisioned_at = provisioning.provisioned_at;
  board.heartbeat_seconds = provisioning.heartbeat_seconds;
  board.config_version = found.version;
  board.config_copy = copy;
  return read_trust(provisioning.signed_trust_store, crypto, board.trust);
}

}  // namespace

FlashText text_of(BoardCheck check) {
  switch (check) {
    case BoardCheck::Good: return FLOTILLA_TEXT("the board is provisioned");
    case BoardCheck::NotProvisioned: return FLOTILLA_TEXT("no provisioning: enroll the device, write its block");
    case BoardCheck::Malformed: return FLOTILLA_TEXT("the provisioning does not decode");
    case BoardCheck::TooLarge: return FLOTILLA_TEXT("the provisioning does not fit into the workspace");
    case BoardCheck::UnsoundTrust: return FLOTILLA_TEXT("the trust store is damaged: enroll the device again");
    case BoardCheck::UnsignedTrust: return FLOTILLA_TEXT("the trust store is not signed by its own roots");
    case BoardCheck::Unreadable: return FLOTILLA_TEXT("the flash could not be read");
  }
  return {};
}

BoardCheck load_board(hal::Flash& flash, TrustCrypto& crypto, std::uint8_t* workspace, std::size_t size,
                      Provisioning& provisioning, Board& board) {
  const ConfigCopy copies[2] = {inspect_config(flash, 0), inspect_config(flash, 1)};
  const std::uint32_t wanted = version_to_use(flash);
  std::uint8_t copy = first_choice(copies, wanted);
  const BoardCheck check = load_copy(flash, crypto, copy, copies[copy], workspace, size, provisioning, board);
  if (check == BoardCheck::Good) return check;
  copy = copy == 0 ? 1 : 0;
  const BoardCheck second = load_copy(flash, crypto, copy, copies[copy], workspace, size, provisioning, board);
  return second == BoardCheck::Good || check == BoardCheck::NotProvisioned ? second : check;
}

}  // namespace flotilla
