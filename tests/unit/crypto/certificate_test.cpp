#include "daemon/crypto/certificate.h"

#include <gtest/gtest.h>

#include "daemon/crypto/sha256.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace flotilla::crypto {
namespace {

constexpr Validity kYears{.not_before = 1577836800, .not_after = 2524608000};  // 2020 to 2050

// The openssl command line is the second opinion on everything that is issued here.
class CertificateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    test::write_file(dir_.file("ca.crt"), ca_.certificate().to_pem());
    test::write_file(dir_.file("crl.pem"), ca_.empty_crl());
  }

  std::string write(const std::string& name, const Certificate& certificate) const {
    test::write_file(dir_.file(name), certificate.to_pem());
    return dir_.file(name);
  }
  std::string text_of(const std::string& path) const {
    return test::must_run({"openssl", "x509", "-in", path, "-noout", "-text"});
  }
  int verify(const std::string& path, const std::string& purpose) const {
    return test::run_command({"openssl", "verify", "-CAfile", dir_.file("ca.crt"), "-CRLfile", dir_.file("crl.pem"),
                              "-crl_check", "-x509_strict", "-purpose", purpose, path})
        .exit_code;
  }

  test::TempDir dir_;
  SigningKey ca_key_ = SigningKey::generate();
  CertificateAuthority ca_ = CertificateAuthority::create("Test CA", ca_key_, kYears);
  SigningKey key_ = SigningKey::generate();
};

TEST_F(CertificateTest, ClientIsAClientAlone) {
  const auto path = write("board.crt", ca_.issue({.common_name = "kitchen",
                                                  .public_key = key_.public_key(),
                                                  .use = CertificateUse::Client,
                                                  .validity = kYears}));
  EXPECT_EQ(verify(path, "sslclient"), 0);
  EXPECT_NE(verify(path, "sslserver"), 0);
  const std::string text = text_of(path);
  EXPECT_NE(text.find("Subject: CN = kitchen"), std::string::npos) << text;
  EXPECT_NE(text.find("CA:FALSE"), std::string::npos);
  EXPECT_EQ(text.find("Subject Alternative Name"), std::string::npos);
}

TEST_F(CertificateTest, ServerHasItsDnsNames) {
  const auto path = write("broker.crt", ca_.issue({.common_name = "_broker",
                                                   .public_key = key_.public_key(),
                                                   .use = CertificateUse::Server,
                                                   .dns_names = {"pi.local", "localhost"},
                                                   .validity = kYears}));
  EXPECT_EQ(verify(path, "sslserver"), 0);
  EXPECT_NE(verify(path, "sslclient"), 0);
  EXPECT_NE(text_of(path).find("DNS:pi.local, DNS:localhost"), std::string::npos);
}

TEST_F(CertificateTest, ForeignCaIsNotAccepted) {
  const auto stranger = CertificateAuthority::create("Test CA", SigningKey::generate(), kYears);
  const auto path = write("forged.crt", stranger.issue({.common_name = "kitchen",
                                                        .public_key = key_.public_key(),
                                                        .use = CertificateUse::Client,
                                                        .validity = kYears}));
  EXPECT_NE(verify(path, "sslclient"), 0);
}

TEST_F(CertificateTest, ReadsBackWhatItIssued) {
  const auto issued = ca_.issue(
      {.common_name = "_op.alice", .public_key = key_.public_key(), .use = CertificateUse::Client, .validity = kYears});
  const auto read = Certificate::from_pem(issued.to_pem(), "alice.crt");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->common_name(), "_op.alice");
  EXPECT_EQ(read->validity().not_before, kYears.not_before);
  EXPECT_EQ(read->validity().not_after, kYears.not_after);
  EXPECT_TRUE(read->belongs_to(key_.public_key()));
  EXPECT_FALSE(read->belongs_to(ca_key_.public_key()));
  EXPECT_EQ(read->to_der(), issued.to_der());
  EXPECT_EQ(read->fingerprint(), sha256(ByteView(issued.to_der())));
  EXPECT_EQ(Certificate::from_pem("nonsense", "x.crt").error().code, ErrorCode::Corrupt);
}

TEST_F(CertificateTest, SerialNumbersDiffer) {
  const CertificateRequest request{.common_name = "a", .public_key = key_.public_key(), .validity = kYears};
  EXPECT_NE(ca_.issue(request).fingerprint(), ca_.issue(request).fingerprint());
}

TEST_F(CertificateTest, OpensWithItsOwnKeyAlone) {
  EXPECT_TRUE(CertificateAuthority::open(ca_.certificate(), ca_key_).ok());
  const auto wrong = CertificateAuthority::open(ca_.certificate(), key_);
  ASSERT_FALSE(wrong.ok());
  EXPECT_EQ(wrong.error().code, ErrorCode::Corrupt);
}

TEST_F(CertificateTest, CrlLivesAsLongAsTheCa) {
  const std::string text = test::must_run(
      {"openssl", "crl", "-in", dir_.file("crl.pem"), "-CAfile", dir_.file("ca.crt"), "-noout", "-text"});
  EXPECT_NE(text.find("verify OK"), std::string::npos) << text;
  EXPECT_NE(text.find("No Revoked Certificates"), std::string::npos);
  EXPECT_NE(text.find("Last Update: Jan  1 00:00:00 2020 GMT"), std::string::npos);
  EXPECT_NE(text.find("Next Update: Jan  1 00:00:00 2050 GMT"), std::string::npos);
}

}  // namespace
}  // namespace flotilla::crypto
