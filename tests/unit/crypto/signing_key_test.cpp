#include "daemon/crypto/signing_key.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "daemon/crypto/envelope.h"
#include "daemon/crypto/key_files.h"
#include "daemon/crypto/sha256.h"
#include "daemon/crypto/trust_crypto.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace flotilla::crypto {
namespace {

Digest digest_of(std::string_view text) { return sha256(ByteView(text)); }

Digest digest_from(std::string_view hex) {
  Digest digest;
  EXPECT_TRUE(from_hex(hex, digest));
  return digest;
}

// FIPS 180-4's example of one block.
TEST(Sha256, KnownAnswer) {
  EXPECT_EQ(digest_of("abc"), digest_from("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

TEST(Sha256, StartsAnewAfterFinish) {
  Sha256 hash;
  hash.update(ByteView(std::string_view("something else")));
  static_cast<void>(hash.finish());
  hash.update(ByteView(std::string_view("ab")));
  hash.update(ByteView(std::string_view("c")));
  EXPECT_EQ(hash.finish(), digest_of("abc"));
}

TEST(Sha256, OfFile) {
  const test::TempDir dir;
  const std::string big(200000, 'q');  // several pieces
  test::write_file(dir.file("big"), big);
  const auto digest = sha256_file(dir.file("big"));
  ASSERT_TRUE(digest.ok());
  EXPECT_EQ(*digest, digest_of(big));
  EXPECT_EQ(sha256_file(dir.file("none")).error().code, ErrorCode::NotFound);
  EXPECT_EQ(sha256_file(dir.path()).error().code, ErrorCode::Unavailable);
}

TEST(SigningKey, SignsWhatTheOthersVerify) {
  OpenSslTrustCrypto crypto;
  const auto key = SigningKey::generate();
  const Digest digest = digest_of("payload");
  for (int i = 0; i < 50; ++i) {  // r and s with leading zeros occur now and then
    const SignatureBytes rs = key.sign(digest);
    EXPECT_TRUE(crypto.verify(key.public_key(), digest, rs));
  }
}

TEST(SigningKey, AnyChangeVoidsTheSignature) {
  OpenSslTrustCrypto crypto;
  const auto key = SigningKey::generate();
  const Digest digest = digest_of("payload");
  const SignatureBytes rs = key.sign(digest);
  EXPECT_FALSE(crypto.verify(key.public_key(), digest_of("other"), rs));
  EXPECT_FALSE(crypto.verify(SigningKey::generate().public_key(), digest, rs));
  for (std::size_t i = 0; i < rs.size(); ++i) {
    SignatureBytes changed = rs;
    changed[i] ^= 1;
    EXPECT_FALSE(crypto.verify(key.public_key(), digest, changed)) << i;
  }
}

TEST(SigningKey, MalformedInputIsNoSignature) {
  OpenSslTrustCrypto crypto;
  const auto key = SigningKey::generate();
  const Digest digest = digest_of("payload");
  const SignatureBytes zero{};
  EXPECT_FALSE(crypto.verify(key.public_key(), digest, zero));
  SignatureBytes ones;
  ones.fill(0xFF);  // above the group's order
  EXPECT_FALSE(crypto.verify(key.public_key(), digest, ones));
  PublicKey off_curve = key.public_key();
  off_curve.point[64] ^= 1;
  EXPECT_FALSE(crypto.verify(off_curve, digest, key.sign(digest)));
  EXPECT_FALSE(crypto.verify(PublicKey{}, digest, key.sign(digest)));
}

// RFC 6979, A.2.5: P-256, SHA-256, message "sample".
TEST(SigningKey, VerifiesThePublishedVector) {
  const auto key_x = digest_from("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6");
  const auto key_y = digest_from("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299");
  const auto r = digest_from("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716");
  const auto s = digest_from("f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  PublicKey key;
  key.point[0] = 4;
  std::copy(key_x.bytes.begin(), key_x.bytes.end(), key.point.begin() + 1);
  std::copy(key_y.bytes.begin(), key_y.bytes.end(), key.point.begin() + 33);
  SignatureBytes rs{};
  std::copy(r.bytes.begin(), r.bytes.end(), rs.begin());
  std::copy(s.bytes.begin(), s.bytes.end(), rs.begin() + 32);
  OpenSslTrustCrypto crypto;
  EXPECT_TRUE(crypto.verify(key, digest_of("sample"), rs));
  EXPECT_FALSE(crypto.verify(key, digest_of("simple"), rs));
}

TEST(SigningKey, SurvivesPem) {
  const auto key = SigningKey::generate();
  const auto again = SigningKey::from_pem(key.to_pem(), "the key");
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->public_key(), key.public_key());
  EXPECT_EQ(again->scalar(), key.scalar());
  EXPECT_EQ(again->key_id(), key.key_id());
  EXPECT_EQ(key.to_pem().rfind("-----BEGIN PRIVATE KEY-----", 0), 0U);
  const auto half = public_key_from_pem(public_key_to_pem(key.public_key()), "its half");
  ASSERT_TRUE(half.ok());
  EXPECT_EQ(*half, key.public_key());
}

TEST(SigningKey, RefusesWhatIsNoP256Key) {
  const std::string p384 =
      test::must_run({"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"});
  const std::string encrypted = test::must_run({"openssl", "genpkey", "-algorithm", "EC", "-pkeyopt",
                                                "ec_paramgen_curve:P-256", "-aes256", "-pass", "pass:secret"});
  for (const std::string& pem : {std::string(), std::string("nonsense"), p384, encrypted}) {
    const auto key = SigningKey::from_pem(pem, "some.key");
    ASSERT_FALSE(key.ok());
    EXPECT_EQ(key.error().code, ErrorCode::Corrupt);
    EXPECT_NE(key.error().message.find("some.key"), std::string::npos);
  }
  EXPECT_FALSE(public_key_from_pem(SigningKey::generate().to_pem(), "a private key").ok());
}

TEST(KeyFiles, PrivateKeysArePrivate) {
  const test::TempDir dir;
  const auto key = SigningKey::generate();
  const auto path = dir.file("release.key");
  ASSERT_TRUE(save_signing_key(path, key).ok());
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_TRUE(load_signing_key(path).ok());
  EXPECT_EQ(load_signing_key(path)->public_key(), key.public_key());

  for (const mode_t mode : {0640U, 0604U, 0644U, 0620U}) {
    ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    const auto refused = load_signing_key(path);
    ASSERT_FALSE(refused.ok()) << mode;
    EXPECT_EQ(refused.error().code, ErrorCode::Refused);
    EXPECT_NE(refused.error().hint.find("chmod 600"), std::string::npos);
  }
}

TEST(KeyFiles, KeyIsNeverOverwritten) {
  const test::TempDir dir;
  const auto path = dir.file("release.key");
  ASSERT_TRUE(save_signing_key(path, SigningKey::generate()).ok());
  const std::string before = test::read_file(path);
  const auto second = save_signing_key(path, SigningKey::generate());
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_EQ(test::read_file(path), before);
}

TEST(Envelope, EverySignatureCountsForItsRoleAlone) {
  OpenSslTrustCrypto crypto;
  const std::vector<SigningKey> keys{SigningKey::generate(), SigningKey::generate()};
  const wire::Bytes bytes = sign_envelope(Role::Manifest, ByteView(std::string_view("the manifest")), keys);
  Envelope envelope;
  ASSERT_TRUE(wire::decode(wire::view(bytes), envelope));
  EXPECT_EQ(envelope.payload.text(), "the manifest");
  ASSERT_EQ(envelope.signatures.size(), 2U);
  const PublicKey halves[] = {keys[0].public_key(), keys[1].public_key()};
  EXPECT_EQ(verify_envelope(Role::Manifest, envelope, halves, 2, 2, crypto), EnvelopeVerdict::Valid);
  EXPECT_EQ(verify_envelope(Role::Command, envelope, halves, 2, 1, crypto), EnvelopeVerdict::BadSignature);
}

}  // namespace
}  // namespace flotilla::crypto
