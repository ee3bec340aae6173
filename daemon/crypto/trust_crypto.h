// TrustCrypto over OpenSSL. It has no state: one object may serve all threads.
#pragma once

#include "common/trust.h"

namespace flotilla::crypto {

class OpenSslTrustCrypto final : public TrustCrypto {
 public:
  Digest sha256(const ByteView* parts, std::size_t count) override;
  bool verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) override;
};

}  // namespace flotilla::crypto
