// authority.json: what the authority knows about its fleet.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::authority {

struct FleetSettings {
  std::string product;
  std::string broker_name;             // as in the certificates of both servers
  std::vector<std::string> addresses;  // 1 to 4, tried in turn by the boards
  std::uint32_t mqtt_port = 8883;
  std::uint32_t https_port = 8443;
  std::string ntp_host;  // empty: the first address
  std::uint32_t heartbeat_seconds = 30;
};

struct AuthorityState {
  FleetSettings fleet;
  std::uint32_t trust_version = 1;
  std::uint32_t next_release_counter = 1;
};

[[nodiscard]] Result<Unit, Error> check_settings(const FleetSettings& fleet);

[[nodiscard]] std::string to_json(const AuthorityState& state);
// Corrupt when it is not what to_json() writes; `name` is for the message.
[[nodiscard]] Result<AuthorityState, Error> from_json(std::string_view text, const std::string& name);

}  // namespace flotilla::authority
