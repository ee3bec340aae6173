#include "proto/device/codec.h"

#include "proto/device/decoder.h"

namespace flotilla::device_wire {
namespace {

using fields::Kind;
using fields::ShapeOf;

using Submessage = ShapeOf<Kind::Message, 0>;

struct SignatureViews {
  ByteView key_id;
  ByteView rs;
};

// clang-format off
FLOTILLA_IN_FLASH constexpr std::uint32_t kSignature[] = {
    FLOTILLA_FIELD_IN(Signature, key_id, SignatureViews, key_id),
    FLOTILLA_FIELD_IN(Signature, rs, SignatureViews, rs),
    0};

FLOTILLA_IN_FLASH constexpr std::uint32_t kSigned[] = {
    FLOTILLA_FIELD_IN(Signed, payload, Envelope, payload),
    FLOTILLA_FIELD_AS(Signed, signatures, Envelope, signatures, Submessage),
    0};

FLOTILLA_IN_FLASH constexpr std::uint32_t kManifest[] = {
    FLOTILLA_FIELD(Manifest, kind),
    FLOTILLA_FIELD(Manifest, encoding),
    FLOTILLA_FIELD(Manifest, product),
    FLOTILLA_FIELD(Manifest, hardware),
    FLOTILLA_FIELD(Manifest, version),
    FLOTILLA_FIELD(Manifest, minimum_version),
    FLOTILLA_FIELD(Manifest, release_counter),
    FLOTILLA_FIELD(Manifest, security_floor),
    FLOTILLA_FIELD(Manifest, image_size),
    FLOTILLA_FIELD(Manifest, image_sha256),
    FLOTILLA_FIELD(Manifest, created_at),
    0};

FLOTILLA_IN_FLASH constexpr std::uint32_t kInstall[] = {
    FLOTILLA_FIELD_IN(Install, signed_manifest, InstallOrder, signed_manifest),
    FLOTILLA_FIELD_IN(Install, path, InstallOrder, path),
    FLOTILLA_FIELD_IN(Install, download_seconds, InstallOrder, download_seconds),
    FLOTILLA_FIELD_IN(Install, trial_boots, InstallOrder, trial_boots),
    FLOTILLA_FIELD_IN(Install, trial_seconds, InstallOrder, trial_seconds),
    FLOTILLA_FIELD_IN(Install, trial_maximum_seconds, InstallOrder, trial_maximum_seconds),
    0};

FLOTILLA_IN_FLASH constexpr std::uint32_t kFileOrder[] = {
    FLOTILLA_FIELD(FileOrder, sha256),
    FLOTILLA_FIELD(FileOrder, path),
    0};

FLOTILLA_IN_FLASH constexpr std::uint32_t kEmpty[] = {0};

FLOTILLA_IN_FLASH constexpr std::uint32_t kCommand[] = {
    FLOTILLA_FIELD(Command, device_id),
    FLOTILLA_FIELD(Command, trust_version),
    FLOTILLA_FIELD(Command, sequence),
    FLOTILLA_FIELD(Command, issued_at),
    FLOTILLA_FIELD(Command, expires_at),
    FLOTILLA_FIELD(Command, attempt_id),
    FLOTILLA_FIELD_AS(Command, install, Command, install, Submessage),
    FLOTILLA_FIELD_AS(Command, cancel, Command, kind, Submessage),
    FLOTILLA_FIELD_AS(Command, revert, Command, kind, Submessage),
    FLOTILLA_FIELD_AS(Command, update_config, Command, file, Submessage),
    FLOTILLA_FIELD_AS(Command, update_trust, Command, file, Submessage),
    FLOTILLA_FIELD_AS(Command, install_bootloader, Command, install, Submessage),
    0};

FLOTILLA_IN_FLASH constexpr std::uint32_t kTrustStore[] = {
    FLOTILLA_FIELD(TrustStore, version),
    FLOTILLA_FIELD(TrustStore, root_keys),
    FLOTILLA_FIELD(TrustStore, root_threshold),
    FLOTILLA_FIELD(TrustStore, release_keys),
    FLOTILLA_FIELD(TrustStore, release_threshold),
    FLOTILLA_FIELD(TrustStore, command_keys),
    FLOTILLA_FIELD(TrustStore, ca_hashes),
    0};
// clang-format on

bool decode_message(ByteView bytes, const std::uint32_t* table, void* out, ReadMessage read = nullptr) {
  pb_istream_t stream = pb_istream_from_buffer(bytes.data, bytes.size);
  return decode_fields(stream, table, out, read);
}

// Whole or nothing: a list has no absent elements.
bool append_signature(pb_istream_t& content, std::uint32_t, void* out) {
  SignatureViews views;
  Signature signature;
  if (!decode_fields(content, kSignature, &views)) return false;
  if (views.key_id.size != signature.key_id.bytes.size() || views.rs.size != signature.rs.size()) return false;
  std::memcpy(signature.key_id.bytes.data(), views.key_id.data, views.key_id.size);
  std::memcpy(signature.rs.data(), views.rs.data, views.rs.size);
  return static_cast<Envelope*>(out)->signatures.push_back(signature);
}

// The bodies of the oneof have tags in the order of CommandKind.
constexpr std::uint32_t kBeforeBodies =
    flotilla_v1_Command_install_tag - static_cast<std::uint32_t>(CommandKind::Install);
template <std::uint32_t Tag, CommandKind Body>
constexpr bool kInOrder = Tag - kBeforeBodies == static_cast<std::uint32_t>(Body);
static_assert(kInOrder<flotilla_v1_Command_cancel_tag, CommandKind::Cancel> &&
              kInOrder<flotilla_v1_Command_revert_tag, CommandKind::Revert> &&
              kInOrder<flotilla_v1_Command_update_config_tag, CommandKind::UpdateConfig> &&
              kInOrder<flotilla_v1_Command_update_trust_tag, CommandKind::UpdateTrust> &&
              kInOrder<flotilla_v1_Command_install_bootloader_tag, CommandKind::InstallBootloader>);
constexpr auto kNoBody = CommandKind{};  // 0

bool read_body(pb_istream_t& content, std::uint32_t tag, void* out) {
  auto& command = *static_cast<Command*>(out);
  const auto kind = static_cast<CommandKind>(tag - kBeforeBodies);
  // The same body once more is merged; another one replaces it.
  if (kind != command.kind) {
    set_to_zero(command.install);
    set_to_zero(command.file);
    command.kind = kind;
  }
  if (kind == CommandKind::Install || kind == CommandKind::InstallBootloader) {
    return decode_fields(content, kInstall, &command.install);
  }
  if (kind == CommandKind::UpdateConfig || kind == CommandKind::UpdateTrust) {
    return decode_fields(content, kFileOrder, &command.file);
  }
  return decode_fields(content, kEmpty, out);
}

}  // namespace

bool decode(ByteView bytes, Envelope& out) {
  set_to_zero(out);
  return decode_message(bytes, kSigned, &out, append_signature);
}

bool decode(ByteView bytes, Manifest& out) {
  set_to_zero(out);  // absent is none of the kinds, and no encoding
  if (!decode_message(bytes, kManifest, &out)) return false;
  return (out.kind == ManifestKind::Image || out.kind == ManifestKind::Bootloader) && out.encoding == Encoding::Raw;
}

bool decode(ByteView bytes, Command& out) {
  set_to_zero(out);  // no body, which is also what one of a later protocol leaves
  return decode_message(bytes, kCommand, &out, read_body) && out.kind != kNoBody;
}

bool decode(ByteView bytes, TrustStore& out) {
  set_to_zero(out);
  return decode_message(bytes, kTrustStore, &out);
}

}  // namespace flotilla::device_wire
