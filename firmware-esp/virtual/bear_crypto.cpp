#include "firmware-esp/virtual/bear_crypto.h"

namespace flotilla {

Digest BearCrypto::sha256(const ByteView* parts, std::size_t count) {
  br_sha256_context context;
  br_sha256_init(&context);
  for (std::size_t i = 0; i < count; ++i) br_sha256_update(&context, parts[i].data, parts[i].size);
  Digest digest;
  br_sha256_out(&context, digest.bytes.data());
  return digest;
}

bool BearCrypto::verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) {
  auto point = key.point;  // BearSSL's key structure wants it writable
  const br_ec_public_key public_key{BR_EC_secp256r1, point.data(), point.size()};
  return br_ecdsa_vrfy_raw_get_default()(br_ec_get_default(), digest.bytes.data(), digest.bytes.size(), &public_key,
                                         rs.data(), rs.size()) == 1;
}

Digest BearCrypto::hash_finish() {
  Digest digest;
  br_sha256_out(&stream_, digest.bytes.data());
  return digest;
}

}  // namespace flotilla
