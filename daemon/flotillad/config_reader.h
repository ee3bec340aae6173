// Provisionings that are to go to devices over the air.
#pragma once

#include "common/trust.h"
#include "daemon/api/backend.h"

namespace flotilla::daemon {

// Reads one bare Provisioning message and refuses what a device would refuse whatever its state: what does not decode, a
// trust store inside, a CA that is not in `trust`, no way to a broker. Errors name fields, never their content: one of
// them is the Wi-Fi password.
[[nodiscard]] api::ConfigReader config_reader(const TrustStore& trust);

}  // namespace flotilla::daemon
