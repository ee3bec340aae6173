// The download port against `openssl s_server`, which sends prepared answers byte for byte (-HTTP).
#include "firmware-esp/virtual/https_download.h"

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "firmware-esp/virtual/host_ports.h"
#include "tests/integration/virtual/device_identity.h"
#include "tests/support/process.h"

namespace flotilla {
namespace {

using hal::DownloadStatus;

struct Outcome {
  DownloadStatus status = DownloadStatus::Pending;
  std::string bytes;
};

class HttpsDownloadTest : public testing::Test {
 protected:
  HttpsDownloadTest() {
    const auto certificate = authority.issue_server("_server");
    // The server answers with files of its working folder.
    const std::string command =
        "cd '" + dir.path().string() + "' && exec openssl s_server -quiet -HTTP -tls1_2 -Verify 1" +
        " -verify_return_error -accept 127.0.0.1:" + std::to_string(port) + " -CAfile '" + authority.ca() +
        "' -cert '" + certificate.certificate + "' -key '" + certificate.key + "'";
    server = test::Process({"sh", "-c", command}, dir.file("log"));
    if (!test::wait_until([&] { return test::port_answers(port); })) throw std::runtime_error("s_server did not start");
  }

  void answer(const std::string& name, const std::string& head, const std::string& content) {
    test::write_file(dir.file(name), head + "\r\n\r\n" + content);
  }
  Outcome get(const std::string& path, std::uint32_t offset = 0) {
    Outcome outcome;
    download.begin(path, offset);
    (void)test::wait_until([&] {
      std::uint8_t buffer[700];
      std::size_t received = 0;
      // As long as it flows, without a pause.
      while ((outcome.status = download.poll(buffer, sizeof buffer, received)) == DownloadStatus::Data) {
        outcome.bytes += ByteView(buffer, received).text();
      }
      return outcome.status != DownloadStatus::Pending;
    });
    return outcome;
  }

  test::TestAuthority authority;
  test::TempDir dir;
  std::uint16_t port = test::free_port();
  test::Process server;
  HostClock clock;
  std::shared_ptr<const TlsIdentity> identity = test::device_identity(authority.issue_client("pump-1"), authority.ca());
  HttpsDownload download{identity, test::endpoint(port), clock};
  const std::string body = [] {
    std::string text;
    for (int i = 0; text.size() < 150000; ++i) text += std::to_string(i) + " ";
    return text;
  }();
};

TEST_F(HttpsDownloadTest, WholeFileInFragmentsOfOneKilobyte) {
  answer("image", "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()), body);
  const Outcome outcome = get("/image");
  EXPECT_EQ(outcome.status, DownloadStatus::Complete) << download.problem();
  EXPECT_TRUE(outcome.bytes == body);
  EXPECT_EQ(download.http_status(), 200);
  EXPECT_EQ(download.total_size(), body.size());
  // Whoever ignores the extension sends up to 16 KB at once.
  EXPECT_GT(download.connection().largest_record(), 1024U);
  EXPECT_LE(download.connection().largest_record(), 1024U + 64U);
}

TEST_F(HttpsDownloadTest, RestOfAFile) {
  const std::string total = std::to_string(body.size());
  answer("image",
         "HTTP/1.1 206 Partial Content\r\nContent-Length: " + std::to_string(body.size() - 1000) +
             "\r\nContent-Range: bytes 1000-" + std::to_string(body.size() - 1) + "/" + total,
         body.substr(1000));
  const Outcome outcome = get("/image", 1000);
  EXPECT_EQ(outcome.status, DownloadStatus::Complete) << download.problem();
  EXPECT_TRUE(outcome.bytes == body.substr(1000));
  EXPECT_EQ(download.total_size(), body.size());
}

TEST_F(HttpsDownloadTest, ServerWithoutRangesIsReadFromTheOffset) {
  answer("image", "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()), body);
  const Outcome outcome = get("/image", 5001);
  EXPECT_EQ(outcome.status, DownloadStatus::Complete) << download.problem();
  EXPECT_TRUE(outcome.bytes == body.substr(5001));
}

TEST_F(HttpsDownloadTest, EveryOtherStatusIsRefusedWithItsNumber) {
  for (const int status : {403, 404, 416, 503}) {
    answer("image", "HTTP/1.1 " + std::to_string(status) + " No\r\nContent-Length: 2", "no");
    EXPECT_EQ(get("/image").status, DownloadStatus::Refused);
    EXPECT_EQ(download.http_status(), status);
  }
}

TEST_F(HttpsDownloadTest, CutConnectionIsBrokenAfterWhatCame) {
  answer("image", "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()), body.substr(0, 50000));
  const Outcome outcome = get("/image");
  EXPECT_EQ(outcome.status, DownloadStatus::Broken);
  EXPECT_TRUE(outcome.bytes == body.substr(0, 50000));
}

TEST_F(HttpsDownloadTest, AnswersThatDoNotFitTheRequestAreBroken) {
  const std::string heads[] = {
      "HTTP/1.1 206 Partial Content\r\nContent-Length: 5\r\nContent-Range: bytes 7-11/100",
      "HTTP/1.1 206 Partial Content\r\nContent-Length: 5",
      "HTTP/1.1 200 OK\r\nContent-Length: 5",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999",
      "HTTP/1.1 200 OK",
      "200 OK",
  };
  for (const auto& head : heads) {
    answer("image", head, "12345");
    const Outcome outcome = get("/image", 8);
    EXPECT_EQ(outcome.status, DownloadStatus::Broken) << head;
    EXPECT_EQ(outcome.bytes, "") << head;
  }
}

TEST_F(HttpsDownloadTest, StopEndsIt) {
  answer("image", "HTTP/1.1 200 OK\r\nContent-Length: 3", "abc");
  download.begin("/image", 0);
  download.stop();
  std::uint8_t byte = 0;
  std::size_t received = 1;
  EXPECT_EQ(download.poll(&byte, 1, received), DownloadStatus::Broken);
  EXPECT_EQ(received, 0U);
  EXPECT_EQ(get("/image").bytes, "abc") << "and it can be begun anew";
}

TEST_F(HttpsDownloadTest, DeadServerIsBroken) {
  server.end(SIGKILL);
  EXPECT_EQ(get("/image").status, DownloadStatus::Broken);
  EXPECT_EQ(download.http_status(), 0);
}

}  // namespace
}  // namespace flotilla
