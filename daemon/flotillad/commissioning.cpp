#include "daemon/flotillad/commissioning.h"

#include <algorithm>
#include <string>
#include <unistd.h>

#include "daemon/crypto/files.h"
#include "daemon/crypto/key_files.h"
#include "daemon/crypto/trust_file.h"

namespace flotilla::daemon {
namespace {

struct Needed {
  const char* key;
  const std::string config::Settings::*path;
};
constexpr Needed kNeeded[] = {
    {"trust", &config::Settings::trust},
    {"command-key", &config::Settings::command_key},
    {"mqtt-ca", &config::Settings::mqtt_ca},
    {"mqtt-cert", &config::Settings::mqtt_cert},
    {"mqtt-key", &config::Settings::mqtt_key},
    {"https-cert", &config::Settings::https_cert},
    {"https-key", &config::Settings::https_key},
    {"ca", &config::Settings::ca},
    {"crl", &config::Settings::crl},
};

Result<Unit, Error> check_files(const config::Settings& settings) {
  std::string missing;
  for (const Needed& needed : kNeeded) {
    const std::string& path = settings.*needed.path;
    if (!path.empty() && ::access(path.c_str(), R_OK) == 0) continue;
    missing += std::string(missing.empty() ? "" : ", ") + needed.key +
               (path.empty() ? " (not set)" : " (" + path + " cannot be read)");
  }
  if (missing.empty()) return Unit{};
  return Error{ErrorCode::NotFound, "this daemon is not commissioned: " + missing,
               "make keys, certificates and configuration with `flotilla init --dir DIR`, then start flotillad with "
               "--config DIR/pi/flotillad.toml, as the user who may read those files"};
}

}  // namespace

Result<Commissioning, Error> load_commissioning(const config::Settings& settings) {
  if (auto there = check_files(settings); !there.ok()) return there.error();
  for (const std::string* key : {&settings.mqtt_key, &settings.https_key}) {
    if (auto secret = crypto::read_private_file(*key); !secret.ok()) return secret.error();
  }
  auto trust = crypto::load_trust_store(settings.trust);
  if (!trust.ok()) return trust.error();
  auto key = crypto::load_signing_key(settings.command_key);
  if (!key.ok()) return key.error();
  const auto& known = trust.value().store.command_keys;
  if (std::find(known.begin(), known.end(), key.value().public_key()) == known.end()) {
    return Error{
        ErrorCode::Refused,
        settings.command_key + " is no command key of " + settings.trust + ": no device would accept what it signs",
        "give the key and the trust store that were made together"};
  }
  return Commissioning{trust.value().store, std::move(key).value()};
}

}  // namespace flotilla::daemon
