#include "daemon/crypto/envelope.h"

#include <cassert>

#include "daemon/crypto/trust_crypto.h"

namespace flotilla::crypto {

wire::Bytes sign_envelope(Role role, ByteView payload, const std::vector<SigningKey>& keys) {
  OpenSslTrustCrypto crypto;
  const Digest digest = signing_digest(role, payload, crypto);
  Envelope envelope;
  envelope.payload = payload;
  for (const auto& key : keys) {
    const bool fits = envelope.signatures.push_back({.key_id = key.key_id(), .rs = key.sign(digest)});
    assert(fits);
    static_cast<void>(fits);
  }
  return wire::encode(envelope);
}

}  // namespace flotilla::crypto
