// Configurations for boards that are out there (UpdateConfig): what the authority enrolled, with some of it changed.
//
// The authority cannot know what becomes of one: a board that cannot reach its broker with it goes back by itself. So it
// lies in `pending` in the board's folder, beside the record, until the operator says how it ended:
//   pending/config.bin                what is sent: one Provisioning message without the trust store, and with the private
//                                     key only where that is renewed
//   pending/provisioning.bin          what would be flashed by cable instead
//   pending/device.{key,crt,json}     as in the board's folder
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/digest.h"
#include "common/result.h"
#include "daemon/authority/authority.h"
#include "daemon/core/error.h"

namespace flotilla::authority {

inline constexpr std::size_t kMaxConfigFile = 4096;  // bytes: what the agent takes

// Unset: as it is.
struct ConfigChange {
  std::optional<std::string> wifi_ssid;
  std::optional<std::string> wifi_password;  // empty: an open network
  std::vector<std::string> addresses;        // empty: as they are
  std::optional<std::uint32_t> mqtt_port;
  std::optional<std::uint32_t> https_port;
  std::optional<std::string> ntp_host;
  std::optional<std::uint32_t> heartbeat_seconds;
  bool renew_certificate = false;  // a new private key and a certificate for it

  [[nodiscard]] bool empty() const;
};

struct PendingConfig {
  std::filesystem::path file;
  Digest sha256;
  std::size_t size = 0;  // bytes
};

// Makes the configuration and leaves it pending; where `out` is not empty, the file is written there too, mode 0600.
// NotFound when the board is not enrolled in `devices`, Conflict when one is pending or `out` is there already,
// InvalidArgument when the change breaks a rule or is none.
[[nodiscard]] Result<PendingConfig, Error> make_config(const Authority& authority, const std::filesystem::path& devices,
                                                       const std::string& id, const ConfigChange& change,
                                                       const std::filesystem::path& out);

// The board confirmed it: the pending files become the board's, what was there goes to `<id>.previous`.
[[nodiscard]] Result<Unit, Error> keep_config(const std::filesystem::path& devices, const std::string& id);

// The board went back or never got it: the pending files are removed. Both: NotFound when nothing is pending.
[[nodiscard]] Result<Unit, Error> discard_config(const std::filesystem::path& devices, const std::string& id);

}  // namespace flotilla::authority
