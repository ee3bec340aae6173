// The agent's real crypto on the chip: BearSSL as firmware-esp compiles it, against published vectors and against what
// OpenSSL signed.
#include <string>

#include <gtest/gtest.h>

#include "firmware-esp/virtual/bear_crypto.h"
#include "tests/lx106/vectors.h"

namespace flotilla {
namespace {

std::string hex_of(const Digest& digest) { return std::string(to_hex(digest).view()); }

Digest sha256_of(std::string_view text) {
  BearCrypto crypto;
  const ByteView bytes(text);
  return crypto.sha256(&bytes, 1);
}

// FIPS 180-4's examples.
TEST(Crypto, HashesAsTheStandardSays) {
  EXPECT_EQ(hex_of(sha256_of("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex_of(sha256_of("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_of(sha256_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(hex_of(sha256_of("sample")), vectors::kDigest);
}

TEST(Crypto, AStreamInAnyPiecesIsTheWhole) {
  std::string all(1000, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i * 31);
  for (const std::size_t piece : {1u, 3u, 63u, 64u, 65u, 999u}) {
    BearCrypto crypto;
    crypto.hash_begin();
    for (std::size_t at = 0; at < all.size(); at += piece) {
      crypto.hash_update(ByteView(std::string_view(all).substr(at, piece)));
      (void)sha256_of("in between");
    }
    EXPECT_EQ(crypto.hash_finish(), sha256_of(all)) << piece;
  }
}

TEST(Crypto, TakesAGoodSignature) {
  BearCrypto crypto;
  EXPECT_TRUE(crypto.verify(vectors::key(), vectors::digest(), vectors::signature()));
}

TEST(Crypto, RefusesEveryBadOne) {
  BearCrypto crypto;
  auto digest = vectors::digest();
  digest.bytes[31] ^= 1;
  EXPECT_FALSE(crypto.verify(vectors::key(), digest, vectors::signature())) << "another digest";
  for (const std::size_t at : {0u, 31u, 32u, 63u}) {
    auto signature = vectors::signature();
    signature[at] ^= 1;
    EXPECT_FALSE(crypto.verify(vectors::key(), vectors::digest(), signature)) << at;
  }
  auto signature = vectors::signature();
  std::fill(signature.begin(), signature.begin() + 32, 0);
  EXPECT_FALSE(crypto.verify(vectors::key(), vectors::digest(), signature)) << "r is 0";
  signature = vectors::signature();
  std::fill(signature.begin() + 32, signature.end(), 0xFF);
  EXPECT_FALSE(crypto.verify(vectors::key(), vectors::digest(), signature)) << "s is above the order";
  auto key = vectors::key();
  key.point[64] ^= 1;
  EXPECT_FALSE(crypto.verify(key, vectors::digest(), vectors::signature())) << "not on the curve";
}

// By OpenSSL 3 with the key of RFC 6979: SHA-256 over role, zero byte and payload.
TEST(Crypto, AnEnvelopeCountsForItsRoleOnly) {
  BearCrypto crypto;
  Envelope envelope;
  envelope.payload = ByteView(std::string_view("a payload"));
  const auto rs = vectors::bytes<64>(
      "2f13b5349d7edcc48fa11e941615f10497255194680d50dd47f1ad49e3effa60"
      "e28ecdc1f5574714e380b3cb14bae07a71875ef5de953760ce1a8ad4a87e8e67");
  const auto key = vectors::key();
  ASSERT_TRUE(envelope.signatures.push_back({key_id_of(key, crypto), rs}));
  EXPECT_EQ(verify_envelope(Role::Manifest, envelope, &key, 1, 1, crypto), EnvelopeVerdict::Valid);
  EXPECT_NE(verify_envelope(Role::Command, envelope, &key, 1, 1, crypto), EnvelopeVerdict::Valid);
}

}  // namespace
}  // namespace flotilla
