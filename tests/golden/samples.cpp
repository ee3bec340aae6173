#include "tests/golden/samples.h"

namespace flotilla::samples {
namespace {

Digest digest(std::uint8_t first) {
  Digest made;
  for (std::size_t i = 0; i < made.bytes.size(); ++i) made.bytes[i] = static_cast<std::uint8_t>(first + i);
  return made;
}

PublicKey key(std::uint8_t first) {
  PublicKey made;
  made.point[0] = 4;
  for (std::size_t i = 1; i < made.point.size(); ++i) made.point[i] = static_cast<std::uint8_t>(first + i);
  return made;
}

template <std::size_t N>
FixedString<N> filled(char c) {
  return FixedString<N>(std::string(N, c));
}

}  // namespace

Manifest manifest() {
  Manifest made;
  made.product = Name("sensor");
  (void)made.hardware.push_back(Name("d1-mini"));
  made.version = VersionText("1.1.0");
  made.release_counter = 2;
  made.security_floor = 1;
  made.image_size = 420000;
  made.image_sha256 = digest(0x10);
  made.created_at = 1790000000;
  return made;
}

Manifest full_manifest() {
  Manifest made = manifest();
  made.kind = ManifestKind::Bootloader;
  made.product = filled<kMaxName>('p');
  made.hardware.clear();
  for (std::size_t i = 0; i < kMaxHardware; ++i) {
    (void)made.hardware.push_back(filled<kMaxName>(static_cast<char>('a' + i)));
  }
  made.version = filled<kMaxVersion>('1');
  made.minimum_version = filled<kMaxVersion>('2');
  made.release_counter = made.security_floor = made.image_size = UINT32_MAX;
  made.created_at = UINT64_MAX;
  return made;
}

Envelope envelope(ByteView payload, std::size_t signatures) {
  Envelope made;
  made.payload = payload;
  for (std::size_t i = 0; i < signatures; ++i) {
    Signature signature;
    signature.key_id.bytes.fill(static_cast<std::uint8_t>(0xA0 + i));
    signature.rs.fill(static_cast<std::uint8_t>(0xC0 + i));
    (void)made.signatures.push_back(signature);
  }
  return made;
}

Command install(ByteView signed_manifest) {
  Command made;
  made.device_id = DeviceId("roof-1");
  made.trust_version = 1;
  made.sequence = 7;
  made.issued_at = 1790000100;
  made.expires_at = 1790003700;
  made.attempt_id = 42;
  made.install.signed_manifest = signed_manifest;
  made.install.path.assign_cut("/v1/images/101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f");
  made.install.download_seconds = 1800;
  made.install.trial_boots = 3;
  made.install.trial_seconds = 300;
  made.install.trial_maximum_seconds = 86400;
  return made;
}

Command full_install(ByteView signed_manifest) {
  Command made = install(signed_manifest);
  made.kind = CommandKind::InstallBootloader;
  made.device_id = filled<kMaxDeviceId>('d');
  made.trust_version = made.sequence = UINT32_MAX;
  made.issued_at = made.expires_at = made.attempt_id = UINT64_MAX;
  made.install.path = filled<kMaxPath>('/');
  made.install.download_seconds = made.install.trial_boots = UINT32_MAX;
  made.install.trial_seconds = made.install.trial_maximum_seconds = UINT32_MAX;
  return made;
}

Command cancel() {
  Command made = install({});
  made.kind = CommandKind::Cancel;
  made.install = {};
  return made;
}

TrustStore trust_store() {
  TrustStore made;
  made.version = 1;
  (void)made.root_keys.push_back(key(0x20));
  made.root_threshold = 1;
  (void)made.release_keys.push_back(key(0x40));
  (void)made.release_keys.push_back(key(0x60));
  made.release_threshold = 2;
  (void)made.command_keys.push_back(key(0x80));
  (void)made.ca_hashes.push_back(digest(0x33));
  return made;
}

Heartbeat heartbeat() {
  Heartbeat made;
  made.boot_id = 0xDEADBEEF;
  made.boot_count = 3;
  made.reset_reason = ResetReason::Software;
  made.uptime_seconds = 90;
  made.chip_id = 0x00C0FFEE;
  made.hardware = Name("d1-mini");
  made.product = Name("sensor");
  made.agent_version = FixedString<kMaxName>("0.1.0");
  made.running_version = VersionText("1.0.0");
  made.running_sha256 = digest(0x50);
  made.running_counter = 1;
  made.attempt_id = 42;
  made.update_state = UpdateState::Downloading;
  made.progress_percent = 61;
  made.last_sequence = 7;
  made.trust_version = 1;
  made.local_rollback = true;
  made.slot_size = 0xFC000;
  made.flash_size = 0x400000;
  made.free_heap = 21000;
  made.largest_block = 17000;
  made.rssi = -67;
  made.next_heartbeat_seconds = 30;
  (void)made.health.push_back({FixedString<kMaxHealthName>("battery"), 3.7F});
  return made;
}

Heartbeat full_heartbeat() {
  Heartbeat made = heartbeat();
  made.boot_id = made.boot_count = made.uptime_seconds = made.chip_id = UINT32_MAX;
  made.hardware = made.product = filled<kMaxName>('h');
  made.agent_version = filled<kMaxName>('a');
  made.running_version = filled<kMaxVersion>('v');
  made.running_counter = made.security_floor = UINT32_MAX;
  made.attempt_id = UINT64_MAX;
  made.update_state = UpdateState::RolledBack;
  made.progress_percent = UINT32_MAX;
  made.error = made.refusal = Reason::NoOrder;
  made.error_text = filled<kMaxErrorText>('e');
  made.refused_sequence = made.last_sequence = made.trust_version = UINT32_MAX;
  made.power_safe_boot = true;
  made.slot_size = made.flash_size = made.free_heap = made.largest_block = UINT32_MAX;
  made.rssi = INT32_MIN;
  made.next_heartbeat_seconds = UINT32_MAX;
  made.deferred = filled<kMaxDeferred>('n');
  made.health.clear();
  for (std::size_t i = 0; i < kMaxHealth; ++i) {
    (void)made.health.push_back({filled<kMaxHealthName>(static_cast<char>('a' + i)), -1.5F});
  }
  return made;
}

Provisioning provisioning() {
  static const auto kCertificate = digest(0x70);
  static const auto kCa = digest(0x90);
  static const auto kTrust = digest(0xB0);
  Provisioning made;
  made.device_id = DeviceId("roof-1");
  made.product = Name("sensor");
  made.hardware = Name("d1-mini");
  made.wifi_ssid.assign_cut("lab");
  made.wifi_password.assign_cut("not a real one");
  made.device_key.fill(0x11);
  made.device_certificate = ByteView(kCertificate.bytes);
  made.ca_certificate = ByteView(kCa.bytes);
  made.signed_trust_store = ByteView(kTrust.bytes);
  made.broker_name.assign_cut("flotilla.local");
  (void)made.addresses.push_back(FixedString<63>("192.0.2.1"));
  (void)made.addresses.push_back(FixedString<63>("flotilla.local"));
  made.mqtt_port = 8883;
  made.https_port = 8443;
  made.ntp_host.assign_cut("flotilla.local");
  made.provisioned_at = 1790000000;
  return made;
}

}  // namespace flotilla::samples
