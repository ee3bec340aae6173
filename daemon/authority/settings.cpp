#include "daemon/authority/settings.h"

#include <nlohmann/json.hpp>

#include "common/messages.h"
#include "daemon/authority/grammar.h"

namespace flotilla::authority {
namespace {

constexpr int kFormat = 1;
constexpr std::uint32_t kMinHeartbeat = 1;
constexpr std::uint32_t kMaxHeartbeat = 3600;

Error invalid(const std::string& message, const std::string& hint) {
  return {ErrorCode::InvalidArgument, message, hint};
}

Result<Unit, Error> check_port(std::uint32_t port, const char* what) {
  if (port >= 1 && port <= 65535) return Unit{};
  return invalid(std::string(what) + " " + std::to_string(port) + " cannot be", "give a port from 1 to 65535");
}

}  // namespace

Result<Unit, Error> check_settings(const FleetSettings& fleet) {
  if (auto checked = check_name(fleet.product, "the product"); !checked) return checked;
  if (auto checked = check_server_name(fleet.broker_name); !checked) return checked;
  constexpr std::size_t kMaxAddresses = decltype(Provisioning::addresses)::capacity();
  if (fleet.addresses.empty() || fleet.addresses.size() > kMaxAddresses) {
    return invalid(std::to_string(fleet.addresses.size()) + " addresses were given",
                   "give 1 to " + std::to_string(kMaxAddresses) + " under which boards find the Pi");
  }
  for (const auto& address : fleet.addresses) {
    if (auto checked = check_address(address); !checked) return checked;
  }
  if (!fleet.ntp_host.empty()) {
    if (auto checked = check_address(fleet.ntp_host); !checked) return checked;
  }
  if (auto checked = check_port(fleet.mqtt_port, "the MQTT port"); !checked) return checked;
  if (auto checked = check_port(fleet.https_port, "the HTTPS port"); !checked) return checked;
  if (fleet.mqtt_port == fleet.https_port) {
    return invalid("MQTT and HTTPS cannot share port " + std::to_string(fleet.mqtt_port), "give two ports");
  }
  if (fleet.heartbeat_seconds < kMinHeartbeat || fleet.heartbeat_seconds > kMaxHeartbeat) {
    return invalid("a heartbeat every " + std::to_string(fleet.heartbeat_seconds) + " s cannot be",
                   "give 1 to 3600 seconds");
  }
  return Unit{};
}

std::string to_json(const AuthorityState& state) {
  const nlohmann::ordered_json body{{"format", kFormat},
                                    {"product", state.fleet.product},
                                    {"broker_name", state.fleet.broker_name},
                                    {"addresses", state.fleet.addresses},
                                    {"mqtt_port", state.fleet.mqtt_port},
                                    {"https_port", state.fleet.https_port},
                                    {"ntp_host", state.fleet.ntp_host},
                                    {"heartbeat_seconds", state.fleet.heartbeat_seconds},
                                    {"trust_version", state.trust_version},
                                    {"next_release_counter", state.next_release_counter}};
  return body.dump(2) + "\n";
}

Result<AuthorityState, Error> from_json(std::string_view text, const std::string& name) {
  AuthorityState state;
  try {
    const auto body = nlohmann::json::parse(text);
    if (body.at("format").get<int>() != kFormat) {
      return Error{ErrorCode::Corrupt, name + " has a format that is not known here", "update flotilla"};
    }
    body.at("product").get_to(state.fleet.product);
    body.at("broker_name").get_to(state.fleet.broker_name);
    body.at("addresses").get_to(state.fleet.addresses);
    body.at("mqtt_port").get_to(state.fleet.mqtt_port);
    body.at("https_port").get_to(state.fleet.https_port);
    body.at("ntp_host").get_to(state.fleet.ntp_host);
    body.at("heartbeat_seconds").get_to(state.fleet.heartbeat_seconds);
    body.at("trust_version").get_to(state.trust_version);
    body.at("next_release_counter").get_to(state.next_release_counter);
  } catch (const nlohmann::json::exception& error) {
    return Error{ErrorCode::Corrupt, name + " cannot be read: " + error.what(), "restore it from a backup"};
  }
  if (auto checked = check_settings(state.fleet); !checked) {
    return Error{ErrorCode::Corrupt, name + ": " + checked.error().message, checked.error().hint};
  }
  if (state.trust_version == 0 || state.next_release_counter == 0) {
    return Error{ErrorCode::Corrupt, name + ": versions and counters start at 1", "restore it from a backup"};
  }
  return state;
}

}  // namespace flotilla::authority
