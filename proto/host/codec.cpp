#include "proto/host/codec.h"

#include "proto/flotilla.pb.h"
#include "proto/host/quiet.h"

namespace flotilla::wire {
namespace {

std::string text(std::string_view view) { return std::string(view); }
template <typename Array>
std::string raw(const Array& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
std::string raw(ByteView bytes) { return std::string(bytes.text()); }

template <std::size_t N>
bool take(const std::string& in, FixedString<N>& out) {
  return out.assign(in);
}
// A fixed-size field may be absent (all zero), but never of another size.
template <std::size_t N>
bool take(const std::string& in, std::array<std::uint8_t, N>& out) {
  out.fill(0);
  if (in.size() == N) std::memcpy(out.data(), in.data(), N);
  return in.size() == N || in.empty();
}

// An element of a list has no such choice.
template <std::size_t N>
bool take_whole(const std::string& in, std::array<std::uint8_t, N>& out) {
  return in.size() == N && take(in, out);
}

// Bytes that are to be seen in place: protobuf copies, so the same bytes are looked up in the buffer that was decoded.
// They are there, because a field's content is contiguous on the wire.
bool take_view(ByteView whole, const std::string& in, ByteView& out) {
  out = {};
  if (in.empty()) return true;
  const auto at = whole.text().rfind(in);
  if (at == std::string_view::npos) return false;
  out = ByteView(whole.data + at, in.size());
  return true;
}

template <typename Message>
Bytes serialize(const Message& message) {
  Bytes out;
  message.SerializeToString(&out);
  return out;
}

template <typename Message>
bool parse(ByteView bytes, Message& message) {
  quiet_protobuf();
  return message.ParseFromArray(bytes.data, static_cast<int>(bytes.size));
}

void put_install(const InstallOrder& order, v1::Install& out) {
  out.set_signed_manifest(raw(order.signed_manifest));
  out.set_path(text(order.path.view()));
  out.set_download_seconds(order.download_seconds);
  out.set_trial_boots(order.trial_boots);
  out.set_trial_seconds(order.trial_seconds);
  out.set_trial_maximum_seconds(order.trial_maximum_seconds);
}

bool take_install(ByteView whole, const v1::Install& in, InstallOrder& out) {
  out.download_seconds = in.download_seconds();
  out.trial_boots = in.trial_boots();
  out.trial_seconds = in.trial_seconds();
  out.trial_maximum_seconds = in.trial_maximum_seconds();
  return take_view(whole, in.signed_manifest(), out.signed_manifest) && take(in.path(), out.path);
}

void put_file(const FileOrder& order, v1::FileOrder& out) {
  out.set_sha256(raw(order.sha256.bytes));
  out.set_path(text(order.path.view()));
}

bool take_file(const v1::FileOrder& in, FileOrder& out) {
  return take(in.sha256(), out.sha256.bytes) && take(in.path(), out.path);
}

}  // namespace

Bytes encode(const Envelope& envelope) {
  v1::Signed out;
  out.set_payload(raw(envelope.payload));
  for (const auto& signature : envelope.signatures) {
    auto& added = *out.add_signatures();
    added.set_key_id(raw(signature.key_id.bytes));
    added.set_rs(raw(signature.rs));
  }
  return serialize(out);
}

bool decode(ByteView bytes, Envelope& out) {
  v1::Signed in;
  if (!parse(bytes, in) || !take_view(bytes, in.payload(), out.payload)) return false;
  out.signatures.clear();
  for (const auto& signature : in.signatures()) {
    Signature taken;
    if (!take_whole(signature.key_id(), taken.key_id.bytes) || !take_whole(signature.rs(), taken.rs) ||
        !out.signatures.push_back(taken)) {
      return false;
    }
  }
  return true;
}

Bytes encode(const Manifest& manifest) {
  v1::Manifest out;
  out.set_kind(static_cast<v1::ManifestKind>(manifest.kind));
  out.set_encoding(static_cast<v1::Encoding>(manifest.encoding));
  out.set_product(text(manifest.product.view()));
  for (const auto& hardware : manifest.hardware) out.add_hardware(text(hardware.view()));
  out.set_version(text(manifest.version.view()));
  out.set_minimum_version(text(manifest.minimum_version.view()));
  out.set_release_counter(manifest.release_counter);
  out.set_security_floor(manifest.security_floor);
  out.set_image_size(manifest.image_size);
  out.set_image_sha256(raw(manifest.image_sha256.bytes));
  out.set_created_at(manifest.created_at);
  return serialize(out);
}

bool decode(ByteView bytes, Manifest& out) {
  v1::Manifest in;
  if (!parse(bytes, in)) return false;
  if (in.kind() != v1::MANIFEST_KIND_IMAGE && in.kind() != v1::MANIFEST_KIND_BOOTLOADER) return false;
  if (in.encoding() != v1::ENCODING_RAW) return false;
  out.kind = static_cast<ManifestKind>(in.kind());
  out.encoding = static_cast<Encoding>(in.encoding());
  out.hardware.clear();
  for (const auto& hardware : in.hardware()) {
    Name name;
    if (!take(hardware, name) || !out.hardware.push_back(name)) return false;
  }
  out.release_counter = in.release_counter();
  out.security_floor = in.security_floor();
  out.image_size = in.image_size();
  out.created_at = in.created_at();
  return take(in.product(), out.product) && take(in.version(), out.version) &&
         take(in.minimum_version(), out.minimum_version) && take(in.image_sha256(), out.image_sha256.bytes);
}

Bytes encode(const Command& command) {
  v1::Command out;
  out.set_device_id(text(command.device_id.view()));
  out.set_trust_version(command.trust_version);
  out.set_sequence(command.sequence);
  out.set_issued_at(command.issued_at);
  out.set_expires_at(command.expires_at);
  out.set_attempt_id(command.attempt_id);
  switch (command.kind) {
    case CommandKind::Install: put_install(command.install, *out.mutable_install()); break;
    case CommandKind::Cancel: out.mutable_cancel(); break;
    case CommandKind::Revert: out.mutable_revert(); break;
    case CommandKind::UpdateConfig: put_file(command.file, *out.mutable_update_config()); break;
    case CommandKind::UpdateTrust: put_file(command.file, *out.mutable_update_trust()); break;
    case CommandKind::InstallBootloader: put_install(command.install, *out.mutable_install_bootloader()); break;
  }
  return serialize(out);
}

bool decode(ByteView bytes, Command& out) {
  v1::Command in;
  if (!parse(bytes, in) || !take(in.device_id(), out.device_id)) return false;
  out.trust_version = in.trust_version();
  out.sequence = in.sequence();
  out.issued_at = in.issued_at();
  out.expires_at = in.expires_at();
  out.attempt_id = in.attempt_id();
  out.install = {};
  out.file = {};
  switch (in.body_case()) {
    case v1::Command::kInstall: out.kind = CommandKind::Install; return take_install(bytes, in.install(), out.install);
    case v1::Command::kCancel: out.kind = CommandKind::Cancel; return true;
    case v1::Command::kRevert: out.kind = CommandKind::Revert; return true;
    case v1::Command::kUpdateConfig:
      out.kind = CommandKind::UpdateConfig;
      return take_file(in.update_config(), out.file);
    case v1::Command::kUpdateTrust: out.kind = CommandKind::UpdateTrust; return take_file(in.update_trust(), out.file);
    case v1::Command::kInstallBootloader:
      out.kind = CommandKind::InstallBootloader;
      return take_install(bytes, in.install_bootloader(), out.install);
    case v1::Command::BODY_NOT_SET: return false;
  }
  return false;
}

Bytes encode(const TrustStore& store) {
  v1::TrustStore out;
  out.set_version(store.version);
  for (const auto& key : store.root_keys) out.add_root_keys(raw(key.point));
  out.set_root_threshold(store.root_threshold);
  for (const auto& key : store.release_keys) out.add_release_keys(raw(key.point));
  out.set_release_threshold(store.release_threshold);
  for (const auto& key : store.command_keys) out.add_command_keys(raw(key.point));
  for (const auto& hash : store.ca_hashes) out.add_ca_hashes(raw(hash.bytes));
  return serialize(out);
}

namespace {

template <typename List, std::size_t N>
bool take_keys(const List& list, FixedVector<PublicKey, N>& out) {
  out.clear();
  for (const auto& bytes : list) {
    PublicKey key;
    if (!take_whole(bytes, key.point) || !out.push_back(key)) return false;
  }
  return true;
}

}  // namespace

bool decode(ByteView bytes, TrustStore& out) {
  v1::TrustStore in;
  if (!parse(bytes, in) || in.root_threshold() > UINT8_MAX || in.release_threshold() > UINT8_MAX) return false;
  out.version = in.version();
  out.root_threshold = static_cast<std::uint8_t>(in.root_threshold());
  out.release_threshold = static_cast<std::uint8_t>(in.release_threshold());
  out.ca_hashes.clear();
  for (const auto& hash : in.ca_hashes()) {
    Digest digest;
    if (!take_whole(hash, digest.bytes) || !out.ca_hashes.push_back(digest)) return false;
  }
  return take_keys(in.root_keys(), out.root_keys) && take_keys(in.release_keys(), out.release_keys) &&
         take_keys(in.command_keys(), out.command_keys);
}

Bytes encode(const Provisioning& provisioning) {
  v1::Provisioning out;
  out.set_device_id(text(provisioning.device_id.view()));
  out.set_product(text(provisioning.product.view()));
  out.set_hardware(text(provisioning.hardware.view()));
  out.set_wifi_ssid(text(provisioning.wifi_ssid.view()));
  out.set_wifi_password(text(provisioning.wifi_password.view()));
  // No private key is zero: a configuration that does not renew the key leaves it out.
  if (provisioning.device_key != decltype(provisioning.device_key){}) out.set_device_key(raw(provisioning.device_key));
  out.set_device_certificate(raw(provisioning.device_certificate));
  out.set_ca_certificate(raw(provisioning.ca_certificate));
  out.set_signed_trust_store(raw(provisioning.signed_trust_store));
  out.set_broker_name(text(provisioning.broker_name.view()));
  for (const auto& address : provisioning.addresses) out.add_addresses(text(address.view()));
  out.set_mqtt_port(provisioning.mqtt_port);
  out.set_https_port(provisioning.https_port);
  out.set_ntp_host(text(provisioning.ntp_host.view()));
  out.set_provisioned_at(provisioning.provisioned_at);
  out.set_heartbeat_seconds(provisioning.heartbeat_seconds);
  return serialize(out);
}

bool decode(ByteView bytes, Provisioning& out) {
  v1::Provisioning in;
  if (!parse(bytes, in)) return false;
  out.addresses.clear();
  for (const auto& address : in.addresses()) {
    FixedString<63> taken;
    if (!take(address, taken) || !out.addresses.push_back(taken)) return false;
  }
  out.mqtt_port = in.mqtt_port();
  out.https_port = in.https_port();
  out.provisioned_at = in.provisioned_at();
  out.heartbeat_seconds = in.heartbeat_seconds();
  return take(in.device_id(), out.device_id) && take(in.product(), out.product) && take(in.hardware(), out.hardware) &&
         take(in.wifi_ssid(), out.wifi_ssid) && take(in.wifi_password(), out.wifi_password) &&
         take(in.device_key(), out.device_key) && take_view(bytes, in.device_certificate(), out.device_certificate) &&
         take_view(bytes, in.ca_certificate(), out.ca_certificate) &&
         take_view(bytes, in.signed_trust_store(), out.signed_trust_store) && take(in.broker_name(), out.broker_name) &&
         take(in.ntp_host(), out.ntp_host);
}

}  // namespace flotilla::wire
