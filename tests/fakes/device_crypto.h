// Deterministic stand-ins for SHA-256 and ECDSA: a 64-bit hash spread over 32 bytes, and "signatures" that anyone can
// make. Fast enough for thousands of simulated boots; the real ones are tested where they are used.
#pragma once

#include <cstring>

#include "firmware-esp/src/hal.h"

namespace flotilla::fakes {

class DeviceCrypto final : public hal::Crypto {
 public:
  Digest sha256(const ByteView* parts, std::size_t count) override {
    std::uint64_t state = kStart;
    for (std::size_t i = 0; i < count; ++i) state = mix(state, parts[i]);
    return spread(state);
  }
  bool verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) override {
    ++verifications;
    return rs == sign(key, digest);
  }
  void hash_begin() override { stream_ = kStart; }
  void hash_update(ByteView bytes) override { stream_ = mix(stream_, bytes); }
  Digest hash_finish() override { return spread(stream_); }

  static SignatureBytes sign(const PublicKey& key, const Digest& digest) {
    SignatureBytes rs{};
    std::memcpy(rs.data(), digest.bytes.data(), 32);
    std::memcpy(rs.data() + 32, key.point.data() + 1, 32);
    return rs;
  }
  static PublicKey key(std::uint8_t number) {
    PublicKey key;
    key.point.fill(number);
    key.point[0] = 4;
    return key;
  }
  Digest hash(ByteView bytes) { return sha256(&bytes, 1); }

  int verifications = 0;

 private:
  static constexpr std::uint64_t kStart = 0xCBF29CE484222325;

  static std::uint64_t mix(std::uint64_t state, ByteView bytes) {
    for (std::size_t i = 0; i < bytes.size; ++i) state = (state ^ bytes.data[i]) * 0x100000001B3;
    return state;
  }
  static Digest spread(std::uint64_t state) {
    Digest digest;
    for (auto& byte : digest.bytes) {
      state = state * 6364136223846793005u + 1442695040888963407u;
      byte = static_cast<std::uint8_t>(state >> 56);
    }
    return digest;
  }

  std::uint64_t stream_ = kStart;
};

}  // namespace flotilla::fakes
