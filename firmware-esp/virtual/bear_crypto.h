// The agent's hash and signature check by BearSSL, the library that the chip uses. Not thread-safe.
#pragma once

#include <bearssl.h>

#include "firmware-esp/src/hal.h"

namespace flotilla {

class BearCrypto : public hal::Crypto {
 public:
  BearCrypto() { br_sha256_init(&stream_); }
  Digest sha256(const ByteView* parts, std::size_t count) override;
  bool verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) override;
  void hash_begin() override { br_sha256_init(&stream_); }
  void hash_update(ByteView bytes) override { br_sha256_update(&stream_, bytes.data, bytes.size); }
  Digest hash_finish() override;

 private:
  br_sha256_context stream_{};
};

}  // namespace flotilla
