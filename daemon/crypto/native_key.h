// Private to daemon/crypto: what a SigningKey holds.
#pragma once

#include "daemon/crypto/openssl_ptr.h"
#include "daemon/crypto/signing_key.h"

namespace flotilla::crypto {

struct SigningKey::Native {
  KeyPtr key;
};

}  // namespace flotilla::crypto
