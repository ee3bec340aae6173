// The wire messages as plain values of fixed size, shared by the protobuf codec (daemon) and the nanopb codec (device).
// Field meanings and numbers: proto/flotilla.proto. The capacities here are those that both codecs enforce.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/reason.h"
#include "common/update_state.h"
#include "common/version.h"

namespace flotilla {

inline constexpr std::uint32_t kProtocolVersion = 1;

inline constexpr std::size_t kMaxDeviceId = 32;
inline constexpr std::size_t kMaxName = 24;  // product, hardware
inline constexpr std::size_t kMaxHardware = 4;
inline constexpr std::size_t kMaxPath = 96;
inline constexpr std::size_t kMaxErrorText = 48;
inline constexpr std::size_t kMaxDeferred = 24;
inline constexpr std::size_t kMaxHealth = 8;
inline constexpr std::size_t kMaxHealthName = 16;
inline constexpr std::size_t kMaxReleaseSignatures = 2;
inline constexpr std::size_t kMaxSignedInstall = 768;  // bytes of the largest Install envelope on the wire
inline constexpr std::size_t kMaxHeartbeat = 640;      // bytes of the largest Heartbeat on the wire

using DeviceId = FixedString<kMaxDeviceId>;
using Name = FixedString<kMaxName>;

// [a-z0-9][a-z0-9-]{0,31}: the grammar of device ids and of the certificates' CNs.
[[nodiscard]] bool is_device_id(std::string_view text);

enum class ManifestKind : std::uint8_t { Image = 1, Bootloader = 2 };
enum class Encoding : std::uint8_t { Raw = 1 };

// What release keys sign about an image (RFC 9124's manifest).
struct Manifest {
  ManifestKind kind = ManifestKind::Image;
  Encoding encoding = Encoding::Raw;
  Name product;
  FixedVector<Name, kMaxHardware> hardware;
  VersionText version;
  VersionText minimum_version;  // empty: from any version
  std::uint32_t release_counter = 0;
  std::uint32_t security_floor = 0;  // once confirmed, no release with a lower counter is accepted
  std::uint32_t image_size = 0;      // bytes
  Digest image_sha256;
  std::uint64_t created_at = 0;  // seconds since 1970
};

enum class CommandKind : std::uint8_t {
  Install = 1,
  Cancel = 2,
  Revert = 3,
  UpdateConfig = 4,
  UpdateTrust = 5,
  InstallBootloader = 6,
};

struct InstallOrder {
  ByteView signed_manifest;  // a `Signed` envelope; points into the buffer it was decoded from
  FixedString<kMaxPath> path;
  std::uint32_t download_seconds = 0;
  std::uint32_t trial_boots = 0;  // 1-8
  std::uint32_t trial_seconds = 0;
  std::uint32_t trial_maximum_seconds = 0;
};

// UpdateConfig and UpdateTrust: fetched by HTTPS.
struct FileOrder {
  Digest sha256;
  FixedString<kMaxPath> path;
};

// `install` counts for Install and InstallBootloader, `file` for UpdateConfig and UpdateTrust; Cancel and Revert have
// nothing but the attempt id.
struct Command {
  DeviceId device_id;
  std::uint32_t trust_version = 0;
  std::uint32_t sequence = 0;
  std::uint64_t issued_at = 0;   // seconds since 1970
  std::uint64_t expires_at = 0;  // for acceptance, not for the attempt
  std::uint64_t attempt_id = 0;
  CommandKind kind = CommandKind::Install;
  InstallOrder install;
  FileOrder file;
};

enum class ResetReason : std::uint8_t {
  Unknown = 0,
  PowerOn = 1,
  Software = 2,
  Watchdog = 3,
  Exception = 4,
  DeepSleep = 5,
  External = 6,
};
[[nodiscard]] std::string_view to_string(ResetReason reason);

struct HealthValue {
  FixedString<kMaxHealthName> name;
  float value = 0;
  friend bool operator==(const HealthValue& a, const HealthValue& b) { return a.name == b.name && a.value == b.value; }
};

// The device's whole reported state.
struct Heartbeat {
  std::uint32_t protocol_version = kProtocolVersion;
  std::uint32_t boot_id = 0;  // random at each boot
  std::uint32_t boot_count = 0;
  ResetReason reset_reason = ResetReason::Unknown;
  std::uint32_t uptime_seconds = 0;
  std::uint32_t chip_id = 0;
  Name hardware;
  Name product;
  FixedString<kMaxName> agent_version;

  VersionText running_version;
  Digest running_sha256;
  std::uint32_t running_counter = 0;  // 0: flashed by cable, no manifest known
  std::uint32_t security_floor = 0;   // the highest confirmed

  std::uint64_t attempt_id = 0;
  UpdateState update_state = UpdateState::Idle;
  std::uint32_t progress_percent = 0;
  Reason error = Reason::None;
  FixedString<kMaxErrorText> error_text;

  std::uint32_t refused_sequence = 0;
  Reason refusal = Reason::None;
  std::uint32_t last_sequence = 0;
  std::uint32_t trust_version = 0;

  bool local_rollback = false;
  bool power_safe_boot = false;
  std::uint32_t slot_size = 0;
  std::uint32_t flash_size = 0;

  std::uint32_t free_heap = 0;
  std::uint32_t largest_block = 0;
  std::int32_t rssi = 0;  // dBm
  std::uint32_t next_heartbeat_seconds = 0;
  FixedString<kMaxDeferred> deferred;  // why an update is put off; empty: it is not
  FixedVector<HealthValue, kMaxHealth> health;
};

// The provisioning block's content: all that is a board's own. Views point into the block.
struct Provisioning {
  DeviceId device_id;
  Name product;
  Name hardware;
  FixedString<32> wifi_ssid;
  FixedString<63> wifi_password;
  std::array<std::uint8_t, 32> device_key{};  // the P-256 private scalar, big endian
  ByteView device_certificate;                // DER
  ByteView ca_certificate;                    // DER
  ByteView signed_trust_store;                // a `Signed` envelope around a TrustStore
  FixedString<63> broker_name;                // as in the certificate's dNSName; both servers of the Pi have it
  FixedVector<FixedString<63>, 4> addresses;  // to try in turn: host names or IPv4
  std::uint32_t mqtt_port = 0;
  std::uint32_t https_port = 0;
  FixedString<63> ntp_host;
  std::uint64_t provisioned_at = 0;      // seconds since 1970
  std::uint32_t heartbeat_seconds = 30;  // usual interval
};

}  // namespace flotilla
