#include "daemon/crypto/trust_file.h"

#include "daemon/crypto/files.h"
#include "daemon/crypto/trust_crypto.h"

namespace flotilla::crypto {

Result<SignedTrustStore, Error> parse_trust_store(wire::Bytes signed_bytes, const std::string& name) {
  const auto corrupt = [&name](const char* why) {
    return Error{ErrorCode::Corrupt, name + why, "take the trust store that the authority has signed"};
  };
  SignedTrustStore trust{.signed_bytes = std::move(signed_bytes), .store = {}};
  Envelope envelope;
  if (!wire::decode(wire::view(trust.signed_bytes), envelope) || !wire::decode(envelope.payload, trust.store)) {
    return corrupt(" is not a signed trust store");
  }
  if (!is_sound(trust.store)) return corrupt(" lacks keys, or asks for more signatures than it has keys");
  OpenSslTrustCrypto crypto;
  switch (verify_trust(envelope, trust.store, crypto)) {
    case EnvelopeVerdict::Valid: return trust;
    case EnvelopeVerdict::UnknownKey: return corrupt(" is not signed by enough of its own root keys");
    case EnvelopeVerdict::BadSignature: return corrupt(" was changed after it was signed");
  }
  return corrupt(" cannot be judged");
}

Result<SignedTrustStore, Error> load_trust_store(const std::filesystem::path& path) {
  auto bytes = read_file(path);
  if (!bytes) return bytes.error();
  return parse_trust_store(std::move(*bytes), path.string());
}

}  // namespace flotilla::crypto
