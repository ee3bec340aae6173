#include "proto/device/codec.h"

#include <type_traits>

#include "proto/device/fields.h"
#include "proto/flotilla.npb.h"

namespace flotilla::device_wire {
namespace {

using fields::decode_bytes;
using fields::decode_message;
using fields::decode_text;
using fields::decode_texts;
using fields::decode_view;

template <typename List>
bool append_signature(pb_istream_t* stream, const pb_field_t*, void** arg) {
  Signature signature;
  flotilla_v1_Signature in = flotilla_v1_Signature_init_zero;
  // Whole or nothing: a list has no absent elements, so an empty field must not pass as zeros.
  ByteView key_id;
  ByteView rs;
  decode_view(in.key_id, key_id);
  decode_view(in.rs, rs);
  if (!pb_decode_ex(stream, flotilla_v1_Signature_fields, &in, PB_DECODE_NOINIT)) return false;
  if (key_id.size != signature.key_id.bytes.size() || rs.size != signature.rs.size()) return false;
  std::memcpy(signature.key_id.bytes.data(), key_id.data, key_id.size);
  std::memcpy(signature.rs.data(), rs.data, rs.size);
  return static_cast<List*>(*arg)->push_back(signature);
}

template <typename List>
bool append_key(pb_istream_t* stream, const pb_field_t*, void** arg) {
  PublicKey key;
  return stream->bytes_left == key.point.size() && pb_read(stream, key.point.data(), key.point.size()) &&
         static_cast<List*>(*arg)->push_back(key);
}

template <typename List>
bool append_digest(pb_istream_t* stream, const pb_field_t*, void** arg) {
  Digest digest;
  return stream->bytes_left == digest.bytes.size() && pb_read(stream, digest.bytes.data(), digest.bytes.size()) &&
         static_cast<List*>(*arg)->push_back(digest);
}

template <std::size_t N>
void decode_keys(pb_callback_t& field, FixedVector<PublicKey, N>& out) {
  out.clear();
  field.funcs.decode = append_key<FixedVector<PublicKey, N>>;
  field.arg = &out;
}

struct Body {
  Command& command;
  pb_size_t tag = 0;  // of the body that came last
};

// nanopb calls this before it decodes the submessage of the oneof, so that its callbacks can be set.
bool prepare_body(pb_istream_t*, const pb_field_t* field, void** arg) {
  auto& body = *static_cast<Body*>(*arg);
  auto& command = body.command;
  if (field->tag != body.tag) {
    command.install = {};
    command.file = {};
    body.tag = field->tag;
  }
  switch (field->tag) {
    case flotilla_v1_Command_install_tag:
    case flotilla_v1_Command_install_bootloader_tag: {
      auto& in = *static_cast<flotilla_v1_Install*>(field->pData);
      decode_view(in.signed_manifest, command.install.signed_manifest);
      decode_text(in.path, command.install.path);
      return true;
    }
    case flotilla_v1_Command_update_config_tag:
    case flotilla_v1_Command_update_trust_tag: {
      auto& in = *static_cast<flotilla_v1_FileOrder*>(field->pData);
      decode_bytes(in.sha256, command.file.sha256.bytes);
      decode_text(in.path, command.file.path);
      return true;
    }
    default: return true;  // Cancel and Revert are empty
  }
}

void take_install(const flotilla_v1_Install& in, InstallOrder& out) {
  out.download_seconds = in.download_seconds;
  out.trial_boots = in.trial_boots;
  out.trial_seconds = in.trial_seconds;
  out.trial_maximum_seconds = in.trial_maximum_seconds;
}

// false where no body, or one of a later protocol, was sent.
bool take_body(const flotilla_v1_Command& in, Command& out) {
  switch (in.which_body) {
    case flotilla_v1_Command_install_tag:
      out.kind = CommandKind::Install;
      take_install(in.body.install, out.install);
      return true;
    case flotilla_v1_Command_cancel_tag: out.kind = CommandKind::Cancel; return true;
    case flotilla_v1_Command_revert_tag: out.kind = CommandKind::Revert; return true;
    case flotilla_v1_Command_update_config_tag: out.kind = CommandKind::UpdateConfig; return true;
    case flotilla_v1_Command_update_trust_tag: out.kind = CommandKind::UpdateTrust; return true;
    case flotilla_v1_Command_install_bootloader_tag:
      out.kind = CommandKind::InstallBootloader;
      take_install(in.body.install_bootloader, out.install);
      return true;
    default: return false;
  }
}

// nanopb stores whatever number came; loading one that is no enumerator through the enumeration is undefined.
template <typename Enum>
std::underlying_type_t<Enum> number_of(const Enum& field) {
  std::underlying_type_t<Enum> number{};
  std::memcpy(&number, &field, sizeof number);
  return number;
}

}  // namespace

bool decode(ByteView bytes, Envelope& out) {
  flotilla_v1_Signed in = flotilla_v1_Signed_init_zero;
  out = {};
  decode_view(in.payload, out.payload);
  in.signatures.funcs.decode = append_signature<decltype(out.signatures)>;
  in.signatures.arg = &out.signatures;
  return decode_message(bytes, flotilla_v1_Signed_fields, in);
}

bool decode(ByteView bytes, Manifest& out) {
  flotilla_v1_Manifest in = flotilla_v1_Manifest_init_zero;
  out = {};
  decode_text(in.product, out.product);
  decode_texts(in.hardware, out.hardware);
  decode_text(in.version, out.version);
  decode_text(in.minimum_version, out.minimum_version);
  decode_bytes(in.image_sha256, out.image_sha256.bytes);
  if (!decode_message(bytes, flotilla_v1_Manifest_fields, in)) return false;
  const auto kind = number_of(in.kind);
  if (kind != flotilla_v1_ManifestKind_MANIFEST_KIND_IMAGE &&
      kind != flotilla_v1_ManifestKind_MANIFEST_KIND_BOOTLOADER) {
    return false;
  }
  if (number_of(in.encoding) != flotilla_v1_Encoding_ENCODING_RAW) return false;
  out.kind = static_cast<ManifestKind>(kind);
  out.encoding = Encoding::Raw;
  out.release_counter = in.release_counter;
  out.security_floor = in.security_floor;
  out.image_size = in.image_size;
  out.created_at = in.created_at;
  return true;
}

bool decode(ByteView bytes, Command& out) {
  flotilla_v1_Command in = flotilla_v1_Command_init_zero;
  out = {};
  decode_text(in.device_id, out.device_id);
  in.cb_body.funcs.decode = prepare_body;
  Body body{out};
  in.cb_body.arg = &body;
  if (!decode_message(bytes, flotilla_v1_Command_fields, in)) return false;
  out.trust_version = in.trust_version;
  out.sequence = in.sequence;
  out.issued_at = in.issued_at;
  out.expires_at = in.expires_at;
  out.attempt_id = in.attempt_id;
  return take_body(in, out);
}

bool decode(ByteView bytes, TrustStore& out) {
  flotilla_v1_TrustStore in = flotilla_v1_TrustStore_init_zero;
  decode_keys(in.root_keys, out.root_keys);
  decode_keys(in.release_keys, out.release_keys);
  decode_keys(in.command_keys, out.command_keys);
  out.ca_hashes.clear();
  in.ca_hashes.funcs.decode = append_digest<decltype(out.ca_hashes)>;
  in.ca_hashes.arg = &out.ca_hashes;
  if (!decode_message(bytes, flotilla_v1_TrustStore_fields, in)) return false;
  if (in.root_threshold > UINT8_MAX || in.release_threshold > UINT8_MAX) return false;
  out.version = in.version;
  out.root_threshold = static_cast<std::uint8_t>(in.root_threshold);
  out.release_threshold = static_cast<std::uint8_t>(in.release_threshold);
  return true;
}

bool decode(ByteView bytes, Provisioning& out) {
  flotilla_v1_Provisioning in = flotilla_v1_Provisioning_init_zero;
  out = {};
  decode_text(in.device_id, out.device_id);
  decode_text(in.product, out.product);
  decode_text(in.hardware, out.hardware);
  decode_text(in.wifi_ssid, out.wifi_ssid);
  decode_text(in.wifi_password, out.wifi_password);
  decode_bytes(in.device_key, out.device_key);
  decode_view(in.device_certificate, out.device_certificate);
  decode_view(in.ca_certificate, out.ca_certificate);
  decode_view(in.signed_trust_store, out.signed_trust_store);
  decode_text(in.broker_name, out.broker_name);
  decode_texts(in.addresses, out.addresses);
  decode_text(in.ntp_host, out.ntp_host);
  if (!decode_message(bytes, flotilla_v1_Provisioning_fields, in)) return false;
  out.mqtt_port = in.mqtt_port;
  out.https_port = in.https_port;
  out.provisioned_at = in.provisioned_at;
  out.heartbeat_seconds = in.heartbeat_seconds;
  return true;
}

}  // namespace flotilla::device_wire
