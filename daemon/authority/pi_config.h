// The Pi's configuration files, as text. Pure: values in, text out.
#pragma once

#include <filesystem>
#include <string>

#include "daemon/authority/settings.h"

namespace flotilla::authority {

struct PiSettings {
  std::filesystem::path folder;  // absolute: where the Pi's files lie when its programs run
  std::string bind_address;      // where broker and image server listen; empty: on all addresses
  std::string broker_user;       // who mosquitto becomes when it is started as root: the owner of the keys
};

// mosquitto.conf: TLS with client certificates alone, the certificate's common name as user name and client id.
[[nodiscard]] std::string mosquitto_config(const FleetSettings& fleet, const PiSettings& pi);

// The broker's access control: each device its own topics, the daemon heartbeats and commands.
[[nodiscard]] std::string mosquitto_acl();

// flotillad.toml; each key is also a flag of flotillad.
[[nodiscard]] std::string daemon_config(const FleetSettings& fleet, const PiSettings& pi);

}  // namespace flotilla::authority
