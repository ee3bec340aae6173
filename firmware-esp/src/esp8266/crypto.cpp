#include "firmware-esp/src/esp8266/crypto.h"

#include <StackThunk.h>

#include "firmware-esp/src/esp8266/cpu_boost.h"

extern "C" {

struct FlotillaVerification {
  unsigned char* point;  // 65 bytes
  const unsigned char* digest;
  const unsigned char* rs;
};

// The names that make_stack_thunk() builds its assembly around.
uint32_t flotilla_verify_p256(FlotillaVerification* call) {
  const br_ec_public_key key{BR_EC_secp256r1, call->point, 65};
  return br_ecdsa_vrfy_raw_get_default()(br_ec_get_default(), call->digest, 32, &key, call->rs, 64);
}
make_stack_thunk(flotilla_verify_p256) extern uint32_t thunk_flotilla_verify_p256(FlotillaVerification* call);
}

namespace flotilla {

Digest EspCrypto::sha256(const ByteView* parts, std::size_t count) {
  br_sha256_context context;
  br_sha256_init(&context);
  for (std::size_t i = 0; i < count; ++i) br_sha256_update(&context, parts[i].data, parts[i].size);
  Digest digest;
  br_sha256_out(&context, digest.bytes.data());
  return digest;
}

bool EspCrypto::verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) {
  const CpuBoost boost;
  auto point = key.point;  // BearSSL's key structure wants it writable
  FlotillaVerification call{point.data(), digest.bytes.data(), rs.data()};
  stack_thunk_add_ref();
  const bool good = thunk_flotilla_verify_p256(&call) == 1;
  stack_thunk_del_ref();
  return good;
}

Digest EspCrypto::hash_finish() {
  Digest digest;
  br_sha256_out(&stream_, digest.bytes.data());
  return digest;
}

}  // namespace flotilla
