// Making the `Signed` envelope of proto/flotilla.proto.
#pragma once

#include <vector>

#include "common/trust.h"
#include "daemon/crypto/signing_key.h"
#include "proto/host/codec.h"

namespace flotilla::crypto {

// The encoded envelope with one signature per key, in their order; at most kMaxEnvelopeSignatures keys, further ones
// are a programming error. Throws std::runtime_error as SigningKey::sign() does.
[[nodiscard]] wire::Bytes sign_envelope(Role role, ByteView payload, const std::vector<SigningKey>& keys);

}  // namespace flotilla::crypto
