#include "daemon/authority/pi_config.h"

#include <sstream>

namespace flotilla::authority {
namespace {

// A TOML basic string.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

}  // namespace

std::string mosquitto_config(const FleetSettings& fleet, const PiSettings& pi) {
  const auto file = [&pi](const char* name) { return (pi.folder / name).string(); };
  std::ostringstream out;
  out << "# Made by `flotilla init`. Start: mosquitto -c " << file("mosquitto.conf") << "\n"
      << "per_listener_settings false\n"
      << "allow_anonymous false\n"
      << "acl_file " << file("acl") << "\n"
      << "# Counts only when mosquitto is started as root: the keys here belong to this user.\n"
      << "user " << pi.broker_user << "\n"
      << "\n"
      << "listener " << fleet.mqtt_port << (pi.bind_address.empty() ? "" : " ") << pi.bind_address << "\n"
      << "cafile " << file("ca.crt") << "\n"
      << "certfile " << file("broker.crt") << "\n"
      << "keyfile " << file("broker.key") << "\n"
      << "# After a change of the list: kill -HUP; connections that are up stay up until they reconnect.\n"
      << "crlfile " << file("crl.pem") << "\n"
      << "require_certificate true\n"
      << "use_identity_as_username true\n"
      << "# Without this a board could connect under the daemon's client id and throw it out.\n"
      << "use_username_as_clientid true\n"
      << "\n"
      << "# The defaults drop messages silently when a client is away: 100 and 1000.\n"
      << "max_inflight_messages 1000\n"
      << "max_queued_messages 1000000\n"
      << "set_tcp_nodelay true\n"
      << "\n"
      << "# A convenience, not a promise: flotillad repeats what a broker has forgotten.\n"
      << "persistence true\n"
      << "persistence_location " << file("broker/") << "\n"
      << "autosave_interval 30\n"
      << "log_dest stderr\n";
  return out.str();
}

std::string mosquitto_acl() {
  return R"(# Made by `flotilla init`. %u is the common name of the client's certificate.
pattern write flotilla/v1/%u/heartbeat
pattern write flotilla/v1/%u/presence
pattern read flotilla/v1/%u/command
pattern write sensors/%u/#

user _flotillad
topic read flotilla/v1/+/heartbeat
topic read flotilla/v1/+/presence
topic write flotilla/v1/+/command
)";
}

std::string daemon_config(const FleetSettings& fleet, const PiSettings& pi) {
  const auto file = [&pi](const char* name) { return quoted((pi.folder / name).string()); };
  std::ostringstream out;
  out << "# Made by `flotilla init`. Start: flotillad --config " << (pi.folder / "flotillad.toml").string() << "\n"
      << "product = " << quoted(fleet.product) << "\n"
      << "heartbeat-seconds = " << fleet.heartbeat_seconds << "\n"
      << "data-dir = " << file("data") << "\n"
      << "socket = " << file("flotillad.sock") << "\n"
      << "\n"
      << "# The broker is on this machine; its certificate names localhost too.\n"
      << "mqtt-host = \"localhost\"\n"
      << "mqtt-port = " << fleet.mqtt_port << "\n"
      << "mqtt-ca = " << file("ca.crt") << "\n"
      << "mqtt-cert = " << file("daemon.crt") << "\n"
      << "mqtt-key = " << file("daemon.key") << "\n"
      << "\n"
      << "https-bind = " << quoted(pi.bind_address.empty() ? "0.0.0.0" : pi.bind_address) << "\n"
      << "https-port = " << fleet.https_port << "\n"
      << "https-cert = " << file("https.crt") << "\n"
      << "https-key = " << file("https.key") << "\n"
      << "ca = " << file("ca.crt") << "\n"
      << "crl = " << file("crl.pem") << "\n"
      << "\n"
      << "trust = " << file("trust.signed") << "\n"
      << "command-key = " << file("command.key") << "\n";
  return out.str();
}

}  // namespace flotilla::authority
