// Private to daemon/crypto: what a Certificate holds.
#pragma once

#include "daemon/crypto/certificate.h"
#include "daemon/crypto/openssl_ptr.h"

namespace flotilla::crypto {

struct Certificate::Native {
  X509Ptr certificate;
};

}  // namespace flotilla::crypto
