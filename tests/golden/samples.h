// The values behind proto/golden: one typical and, where a cap matters, one with every cap filled.
#pragma once

#include <string>

#include "common/messages.h"
#include "common/trust.h"

namespace flotilla::samples {

Manifest manifest();
Manifest full_manifest();
Envelope envelope(ByteView payload, std::size_t signatures);
Command install(ByteView signed_manifest);
Command full_install(ByteView signed_manifest);
Command cancel();
TrustStore trust_store();
Heartbeat heartbeat();
Heartbeat full_heartbeat();
Provisioning provisioning();

}  // namespace flotilla::samples
