// The rules around signatures. Real hashes; the signature check itself is a stand-in here (a signature is "good" when it
// repeats the digest and the key), since the real ones are tested with their platforms.
#include "common/trust.h"

#include <string>

#include <gtest/gtest.h>
#include <openssl/sha.h>

namespace flotilla {
namespace {

class StandInCrypto : public TrustCrypto {
 public:
  Digest sha256(const ByteView* parts, std::size_t count) override {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) all.append(parts[i].text());
    Digest digest;
    SHA256(reinterpret_cast<const unsigned char*>(all.data()), all.size(), digest.bytes.data());
    return digest;
  }
  bool verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) override {
    return rs == sign(key, digest);
  }
  static SignatureBytes sign(const PublicKey& key, const Digest& digest) {
    SignatureBytes rs{};
    std::copy(digest.bytes.begin(), digest.bytes.end(), rs.begin());
    std::copy(key.point.begin(), key.point.begin() + 32, rs.begin() + 32);
    return rs;
  }
};

PublicKey key(std::uint8_t number) {
  PublicKey made;
  made.point.fill(number);
  return made;
}

class TrustTest : public ::testing::Test {
 protected:
  Envelope signed_by(Role role, std::initializer_list<int> keys) {
    Envelope envelope;
    envelope.payload = ByteView(std::string_view("payload"));
    for (const int number : keys) {
      const auto signer = key(static_cast<std::uint8_t>(number));
      const Signature signature{key_id_of(signer, crypto_),
                                StandInCrypto::sign(signer, signing_digest(role, envelope.payload, crypto_))};
      EXPECT_TRUE(envelope.signatures.push_back(signature));
    }
    return envelope;
  }
  EnvelopeVerdict verify(const Envelope& envelope, std::size_t threshold) {
    const PublicKey known[] = {key(1), key(2), key(3)};
    return verify_envelope(Role::Manifest, envelope, known, 3, threshold, crypto_);
  }
  StandInCrypto crypto_;
};

TEST_F(TrustTest, TheRoleIsPartOfWhatIsSigned) {
  const ByteView payload(std::string_view("payload"));
  // SHA-256("flotilla/v1/manifest" 00 "payload"), computed with sha256sum.
  EXPECT_EQ(to_hex(signing_digest(Role::Manifest, payload, crypto_)).view(),
            "a3acec76e628c359bf0b6cdd51e637cd3a185882781c6669e9c20b0b710f1a6f");
  EXPECT_EQ(verify(signed_by(Role::Manifest, {1}), 1), EnvelopeVerdict::Valid);
  EXPECT_EQ(verify(signed_by(Role::Command, {1}), 1), EnvelopeVerdict::BadSignature);
  EXPECT_EQ(verify(signed_by(Role::Trust, {1}), 1), EnvelopeVerdict::BadSignature);
}

TEST_F(TrustTest, ThresholdsCountDistinctKnownKeys) {
  EXPECT_EQ(verify(signed_by(Role::Manifest, {1, 2}), 2), EnvelopeVerdict::Valid);
  EXPECT_EQ(verify(signed_by(Role::Manifest, {1}), 2), EnvelopeVerdict::UnknownKey);
  EXPECT_EQ(verify(signed_by(Role::Manifest, {1, 1}), 2), EnvelopeVerdict::UnknownKey);
  EXPECT_EQ(verify(signed_by(Role::Manifest, {1, 9}), 2), EnvelopeVerdict::UnknownKey);
  EXPECT_EQ(verify(signed_by(Role::Manifest, {9, 1}), 1), EnvelopeVerdict::Valid);
  EXPECT_EQ(verify(signed_by(Role::Manifest, {}), 1), EnvelopeVerdict::UnknownKey);
  EXPECT_EQ(verify(signed_by(Role::Manifest, {1, 2, 3}), 0), EnvelopeVerdict::UnknownKey);
}

TEST_F(TrustTest, OneWrongSignatureSpoilsTheEnvelope) {
  auto envelope = signed_by(Role::Manifest, {1, 2});
  envelope.signatures[1].rs[5] ^= 1;
  EXPECT_EQ(verify(envelope, 1), EnvelopeVerdict::BadSignature);
  envelope = signed_by(Role::Manifest, {1});
  envelope.payload = ByteView(std::string_view("payloae"));
  EXPECT_EQ(verify(envelope, 1), EnvelopeVerdict::BadSignature);
}

TEST(TrustStore, IsSoundOnlyWithReachableThresholds) {
  TrustStore store;
  store.version = 1;
  store.root_threshold = store.release_threshold = 1;
  ASSERT_TRUE(store.root_keys.push_back(key(1)));
  ASSERT_TRUE(store.release_keys.push_back(key(2)));
  ASSERT_TRUE(store.command_keys.push_back(key(3)));
  ASSERT_TRUE(store.ca_hashes.push_back(Digest{}));
  EXPECT_TRUE(is_sound(store));

  auto broken = store;
  broken.release_threshold = 2;
  EXPECT_FALSE(is_sound(broken));
  broken = store;
  broken.root_threshold = 0;
  EXPECT_FALSE(is_sound(broken));
  broken = store;
  broken.command_keys.clear();
  EXPECT_FALSE(is_sound(broken));
  broken = store;
  broken.version = 0;
  EXPECT_FALSE(is_sound(broken));
}

}  // namespace
}  // namespace flotilla
