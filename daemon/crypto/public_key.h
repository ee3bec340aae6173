// Private to daemon/crypto: our public keys as OpenSSL's and back.
#pragma once

#include "common/trust.h"
#include "daemon/crypto/openssl_ptr.h"

namespace flotilla::crypto {

// Null when the point is not on the curve.
[[nodiscard]] KeyPtr native_public_key(const PublicKey& key);

// false when the key is not one of the curve P-256.
[[nodiscard]] bool read_public_key(const EVP_PKEY& native, PublicKey& out);

}  // namespace flotilla::crypto
