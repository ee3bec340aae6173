#include "daemon/flotillad/config_reader.h"

#include <algorithm>
#include <optional>

#include "common/messages.h"
#include "daemon/api/http.h"
#include "daemon/crypto/sha256.h"
#include "proto/host/codec.h"

namespace flotilla::daemon {
namespace {

constexpr std::uint32_t kMaxHeartbeatSeconds = 86'400;  // beyond a day no agent takes it
constexpr std::uint32_t kMaxPort = 65'535;

bool is_port(std::uint32_t number) { return number > 0 && number <= kMaxPort; }

Error refused(std::string what) {
  return {ErrorCode::InvalidArgument, "the configuration " + std::move(what) + ": the device would refuse it",
          "make it with `flotilla device config`, which takes care of this"};
}

std::optional<Error> check(const Provisioning& config, const TrustStore& trust) {
  if (!is_device_id(config.device_id.view())) return refused("names no device");
  if (config.product.empty() || config.hardware.empty()) return refused("names no product or no hardware");
  if (!config.signed_trust_store.empty()) return refused("holds a trust store, which the device keeps as it is");
  if (config.device_certificate.empty()) return refused("holds no device certificate");
  if (config.ca_certificate.empty()) return refused("holds no CA certificate");
  const auto& known = trust.ca_hashes;
  if (std::find(known.begin(), known.end(), crypto::sha256(config.ca_certificate)) == known.end()) {
    return refused("brings a CA that is not in the trust store");
  }
  if (config.broker_name.empty() || config.addresses.empty()) return refused("names no broker or no address");
  for (const auto& address : config.addresses) {
    if (address.empty()) return refused("holds an empty address");
  }
  if (!is_port(config.mqtt_port) || !is_port(config.https_port)) return refused("holds a port outside 1 to 65535");
  if (config.heartbeat_seconds == 0 || config.heartbeat_seconds > kMaxHeartbeatSeconds) {
    return refused("holds a heartbeat interval outside 1 to 86400 seconds");
  }
  return std::nullopt;
}

}  // namespace

api::ConfigReader config_reader(const TrustStore& trust) {
  return [trust](const std::string& bytes) -> Result<api::OpenedConfig, Error> {
    if (bytes.empty() || bytes.size() > api::kMaxConfigBody) {
      return Error{ErrorCode::InvalidArgument,
                   "a configuration has 1 to " + std::to_string(api::kMaxConfigBody) + " bytes, this one " +
                       std::to_string(bytes.size()),
                   "send the file that `flotilla device config` made"};
    }
    Provisioning config;
    const ByteView view{std::string_view(bytes)};
    if (!wire::decode(view, config)) {
      return Error{ErrorCode::Corrupt,
                   "the configuration does not decode: it is damaged, or no bare Provisioning message",
                   "send the file that `flotilla device config` made, not provisioning.bin"};
    }
    if (auto wrong = check(config, trust)) return *wrong;
    return api::OpenedConfig{std::string(config.device_id.view()), std::string(config.product.view()),
                             std::string(config.hardware.view()), crypto::sha256(view)};
  };
}

}  // namespace flotilla::daemon
