// Whom the image server lets in, and with which TLS.
#include <algorithm>
#include <sstream>

#include "tests/integration/https/server_fixture.h"

namespace flotilla::https {
namespace {

using ImageServerTlsTest = ImageServerTest;

constexpr const char* kGetOnce = " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

TEST_F(ImageServerTlsTest, DemandsAClientCertificate) {
  start();
  for (const std::string version : {"1.2", "1.3"}) {
    SCOPED_TRACE(version);
    const Answer answer = curl(path(), {"--tls-max", version});
    EXPECT_NE(answer.exit_code, 0);
    EXPECT_EQ(answer.status, 0U);
    EXPECT_TRUE(answer.body.empty());
  }
}

TEST_F(ImageServerTlsTest, RefusesCertificatesOfAnotherAuthority) {
  start();
  test::TestAuthority stranger("Flotilla test CA");  // of the same name, with another key
  const Answer answer = fetch_as(stranger.issue_client("esp-1"), path());
  EXPECT_NE(answer.exit_code, 0);
  EXPECT_EQ(answer.status, 0U);
}

TEST_F(ImageServerTlsTest, RefusesAServersCertificateAsAClient) {
  start();
  EXPECT_EQ(fetch_as(authority_.issue_server("esp-9"), path()).status, 0U);
}

TEST_F(ImageServerTlsTest, RefusesARevokedCertificateAsSoonAsTheCrlSaysSo) {
  start();
  const test::CertFiles lost = authority_.issue_client("esp-2");
  access_.allow("esp-2", service::FileKind::Image, image_);
  ASSERT_EQ(fetch_as(lost, path()).status, 200U);
  authority_.revoke(lost);
  const Answer answer = fetch_as(lost, path());
  EXPECT_NE(answer.exit_code, 0);
  EXPECT_EQ(answer.status, 0U);
  EXPECT_NE(answer.output.find("revoked"), std::string::npos) << answer.output;
  EXPECT_EQ(fetch(path()).status, 200U) << "the others go on";
}

// A session that is resumed brings no certificate to be checked again.
TEST_F(ImageServerTlsTest, DoesNotResumeTheSessionOfARevokedCertificate) {
  start();
  const test::TempDir dir;
  const std::string session = dir.file("session");
  for (const std::string version : {"-tls1_2", "-tls1_2 -no_ticket", "-tls1_3"}) {
    SCOPED_TRACE(version);
    const std::string request = "HEAD " + path() + kGetOnce;
    s_client(request, version + " -ign_eof -sess_out " + session, false);
    const std::string resumed = s_client(request, version + " -ign_eof -sess_in " + session, false);
    EXPECT_NE(resumed.find("Reused, TLSv1"), std::string::npos) << resumed;
    EXPECT_NE(resumed.find("HTTP/1.1 200 OK"), std::string::npos) << resumed;
  }
  authority_.revoke(device_);
  const std::string refused = s_client("HEAD " + path() + kGetOnce, "-tls1_3 -ign_eof -sess_in " + session, false);
  EXPECT_EQ(refused.find("HTTP/1.1 200 OK"), std::string::npos) << refused;
  EXPECT_NE(refused.find("certificate revoked"), std::string::npos) << refused;
}

TEST_F(ImageServerTlsTest, KeepsTheOldSettingsWhenTheNewCrlIsDamaged) {
  start();
  test::write_file(authority_.crl(), "damaged");
  EXPECT_EQ(fetch(path()).status, 200U);
}

TEST_F(ImageServerTlsTest, SpeaksModernCiphersAlone) {
  start();
  const struct {
    const char* options;
    const char* cipher;  // empty: no handshake
  } rows[] = {
      {"-tls1_2", "ECDHE-ECDSA-AES128-GCM-SHA256"},
      {"-tls1_2 -cipher ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
      {"-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"},
      {"-tls1_2 -cipher ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
      {"-tls1_3", "TLS_AES_128_GCM_SHA256"},
      {"-tls1_3 -ciphersuites TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256", "TLS_CHACHA20_POLY1305_SHA256"},
      {"-tls1_2 -cipher ECDHE-ECDSA-AES128-SHA256", ""},
      {"-tls1_2 -cipher AES128-GCM-SHA256", ""},
      {"-tls1_1 -cipher DEFAULT:@SECLEVEL=0", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.options);
    const std::string output = s_client("HEAD " + path() + kGetOnce, std::string("-ign_eof ") + row.options, false);
    if (*row.cipher == '\0') {
      EXPECT_EQ(output.find("HTTP/1.1"), std::string::npos) << output;
    } else {
      EXPECT_NE(output.find(std::string("Cipher is ") + row.cipher + "\n"), std::string::npos) << output;
      EXPECT_NE(output.find("HTTP/1.1 200 OK"), std::string::npos) << output;
    }
  }
}

// The lengths of the records that the peer sent, from what `-msg` wrote.
std::vector<std::size_t> received_records(const std::string& messages) {
  std::vector<std::size_t> lengths;
  std::istringstream lines(messages);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("<<< ") != 0 || line.find("RecordHeader") == std::string::npos || !std::getline(lines, line))
      continue;
    std::istringstream bytes(line);
    std::size_t byte = 0;
    std::size_t length = 0;
    for (int i = 0; i < 5 && bytes >> std::hex >> byte; ++i) length = i >= 3 ? length * 256 + byte : 0;
    lengths.push_back(length);
  }
  return lengths;
}

TEST_F(ImageServerTlsTest, HonoursTheMaximumFragmentLength) {
  start();
  constexpr std::size_t kFragment = 512;
  constexpr std::size_t kOverhead = 32;  // nonce, tag, content type
  const test::TempDir dir;
  for (const std::string version : {"-tls1_2", "-tls1_3"}) {
    SCOPED_TRACE(version);
    const std::string messages = dir.file("messages" + version);
    const std::string output =
        s_client("GET " + path() + kGetOnce, "-maxfraglen 512 -msg -msgfile " + messages + " " + version);
    ASSERT_GT(output.size(), kImageSize);
    EXPECT_NE(output.find(image_bytes_), std::string::npos) << "the image did not come through whole";
    const auto records = received_records(test::read_file(messages));
    EXPECT_GE(records.size(), kImageSize / kFragment);
    EXPECT_LE(*std::max_element(records.begin(), records.end()), kFragment + kOverhead);
  }
}

TEST_F(ImageServerTlsTest, NamesTheFileThatCannotBeUsed) {
  const test::TempDir dir;
  test::write_file(dir.file("damaged.pem"), "damaged");
  const ImageServerOptions good{.bind = "127.0.0.1",
                                .port = 0,
                                .certificate = server_files_.certificate,
                                .key = server_files_.key,
                                .ca = authority_.ca(),
                                .crl = authority_.crl()};
  for (std::string ImageServerOptions::*file : {&ImageServerOptions::certificate, &ImageServerOptions::key,
                                                &ImageServerOptions::ca, &ImageServerOptions::crl}) {
    for (const std::string& path : {dir.file("damaged.pem"), dir.file("nowhere.pem")}) {
      SCOPED_TRACE(path);
      ImageServerOptions options = good;
      options.*file = path;
      ImageServer server(options, access_, images(), configs());
      const auto started = server.start();
      ASSERT_FALSE(started.ok());
      EXPECT_NE(started.error().message.find(path), std::string::npos) << started.error().message;
    }
  }
  ImageServerOptions strangers_key = good;
  strangers_key.key = device_.key;
  EXPECT_FALSE(ImageServer(strangers_key, access_, images(), configs()).start().ok());
}

}  // namespace
}  // namespace flotilla::https
