// Real P-256 keys and signatures for tests, by BearSSL.
#pragma once

#include <bearssl.h>

#include "common/trust.h"

namespace flotilla {

class Signer {
 public:
  Signer() {
    br_hmac_drbg_init(&random_, &br_sha256_vtable, "tests", 5);
    br_ec_keygen(&random_.vtable, br_ec_get_default(), &private_, scalar_, BR_EC_secp256r1);
    br_ec_public_key point{};
    br_ec_compute_pub(br_ec_get_default(), &point, key.point.data(), &private_);
  }
  SignatureBytes sign(const Digest& digest) {
    SignatureBytes rs{};
    br_ecdsa_sign_raw_get_default()(br_ec_get_default(), &br_sha256_vtable, digest.bytes.data(), &private_, rs.data());
    return rs;
  }

  PublicKey key;

 private:
  br_hmac_drbg_context random_{};
  br_ec_private_key private_{};
  unsigned char scalar_[BR_EC_KBUF_PRIV_MAX_SIZE]{};
};

}  // namespace flotilla
