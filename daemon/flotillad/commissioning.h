// What flotillad must have been given before it can work: certificates, trust store, command key.
#pragma once

#include "common/result.h"
#include "common/trust.h"
#include "daemon/config/settings.h"
#include "daemon/core/error.h"
#include "daemon/crypto/signing_key.h"

namespace flotilla::daemon {

struct Commissioning {
  TrustStore trust;
  crypto::SigningKey command_key;
};

// NotFound naming everything that is missing; Refused when the command key is not in the trust store.
[[nodiscard]] Result<Commissioning, Error> load_commissioning(const config::Settings& settings);

}  // namespace flotilla::daemon
