// SHA-256 and ECDSA P-256 by the core's BearSSL. A verification needs 4.4 KB of stack, more than a sketch has, so it runs
// on BearSSL's own (6200 B of heap, there for as long as a TLS client exists). It takes some 0.2-0.5 s and yields, so it
// must be called from the sketch's context, not from preinit() or a callback of the SDK; the hash may be used there.
#pragma once

#include <bearssl/bearssl.h>

#include "firmware-esp/src/hal.h"

namespace flotilla {

class EspCrypto final : public hal::Crypto {
 public:
  Digest sha256(const ByteView* parts, std::size_t count) override;
  bool verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) override;
  void hash_begin() override { br_sha256_init(&stream_); }
  void hash_update(ByteView bytes) override { br_sha256_update(&stream_, bytes.data, bytes.size); }
  Digest hash_finish() override;

 private:
  br_sha256_context stream_{};
};

}  // namespace flotilla
