#include "daemon/crypto/trust_file.h"

#include <gtest/gtest.h>

#include "daemon/crypto/envelope.h"
#include "daemon/crypto/files.h"
#include "tests/support/temp_dir.h"

namespace flotilla::crypto {
namespace {

class TrustFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_.version = 1;
    store_.root_threshold = store_.release_threshold = 1;
    ASSERT_TRUE(store_.root_keys.push_back(root_.public_key()));
    ASSERT_TRUE(store_.release_keys.push_back(SigningKey::generate().public_key()));
    ASSERT_TRUE(store_.command_keys.push_back(SigningKey::generate().public_key()));
    ASSERT_TRUE(store_.ca_hashes.push_back(Digest{}));
  }

  wire::Bytes signed_by(const SigningKey& key, Role role = Role::Trust) const {
    return sign_envelope(role, wire::view(wire::encode(store_)), {key});
  }
  static std::string why(const wire::Bytes& bytes) {
    const auto trust = parse_trust_store(bytes, "trust.signed");
    if (trust.ok()) return "accepted";
    EXPECT_EQ(trust.error().code, ErrorCode::Corrupt);
    return trust.error().message;
  }

  SigningKey root_ = SigningKey::generate();
  TrustStore store_;
};

TEST_F(TrustFileTest, LoadsWhatItsRootHasSigned) {
  const test::TempDir dir;
  const wire::Bytes bytes = signed_by(root_);
  ASSERT_TRUE(create_file(dir.file("trust.signed"), bytes, Access::Public).ok());
  const auto trust = load_trust_store(dir.file("trust.signed"));
  ASSERT_TRUE(trust.ok());
  EXPECT_EQ(trust->signed_bytes, bytes);
  EXPECT_EQ(trust->store.version, 1U);
  EXPECT_EQ(trust->store.release_keys, store_.release_keys);
  EXPECT_EQ(load_trust_store(dir.file("none")).error().code, ErrorCode::NotFound);
}

TEST_F(TrustFileTest, RefusesAnotherSigner) {
  EXPECT_EQ(why(signed_by(SigningKey::generate())), "trust.signed is not signed by enough of its own root keys");
}

TEST_F(TrustFileTest, RefusesAnotherRole) {
  EXPECT_EQ(why(signed_by(root_, Role::Manifest)), "trust.signed was changed after it was signed");
}

TEST_F(TrustFileTest, RefusesAnUnsoundStore) {
  store_.release_threshold = 2;
  EXPECT_NE(why(signed_by(root_)).find("more signatures than it has keys"), std::string::npos);
}

TEST_F(TrustFileTest, AnyChangedOrMissingByteIsRefused) {
  const wire::Bytes good = signed_by(root_);
  for (std::size_t i = 0; i < good.size(); ++i) {
    wire::Bytes changed = good;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    EXPECT_NE(why(changed), "accepted") << "byte " << i;
    EXPECT_NE(why(good.substr(0, i)), "accepted") << "length " << i;
  }
}

}  // namespace
}  // namespace flotilla::crypto
