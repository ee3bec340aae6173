#include "firmware-esp/src/net/http_response.h"

#include <random>
#include <string>

#include <gtest/gtest.h>

#include "common/bytes.h"

namespace flotilla {
namespace {

std::size_t feed(HttpResponse& response, std::string_view text) {
  const ByteView bytes(text);
  return response.feed(bytes.data, bytes.size);
}

TEST(HttpResponse, WholeFileLeavesTheBodyAlone) {
  HttpResponse response;
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: x\r\ncontent-LENGTH:  12 \r\n\r\n";
  EXPECT_EQ(feed(response, head + "body"), head.size());
  EXPECT_EQ(response.state(), HttpResponse::State::Body);
  EXPECT_EQ(response.status(), 200);
  ASSERT_TRUE(response.has_length());
  EXPECT_EQ(response.length(), 12U);
  EXPECT_FALSE(response.has_range());
}

TEST(HttpResponse, RangeByteByByte) {
  HttpResponse response;
  for (const char c : std::string("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 100-149/150\r\n"
                                  "Content-Length: 50\r\n\r\n")) {
    EXPECT_EQ(feed(response, std::string(1, c)), 1U);
  }
  EXPECT_EQ(response.state(), HttpResponse::State::Body);
  EXPECT_EQ(response.status(), 206);
  ASSERT_TRUE(response.has_range());
  EXPECT_EQ(response.range_begin(), 100U);
  EXPECT_EQ(response.range_total(), 150U);
}

TEST(HttpResponse, InterimAnswerIsPassedOver) {
  HttpResponse response;
  feed(response, "HTTP/1.1 100 Continue\r\nX: y\r\n\r\nHTTP/1.1 403 Forbidden\r\n\r\n");
  EXPECT_EQ(response.state(), HttpResponse::State::Body);
  EXPECT_EQ(response.status(), 403);
}

TEST(HttpResponse, MalformedHeadsAreRefused) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";
  const std::string partial = "HTTP/1.1 206 Partial\r\n";
  const std::string rows[] = {
      "SSH-2.0-OpenSSH\r\n",
      "HTTP/1.1 20x OK\r\n",
      "HTTP/1.1 2000 OK\r\n",
      "HTTP/2\r\n",
      "\r\n",
      ok + "no colon\r\n",
      ok + "Content-Length: -1\r\n",
      ok + "Content-Length: 99999999999999999999999\r\n",
      ok + "Content-Length: 1\r\nContent-Length: 2\r\n",
      ok + "Transfer-Encoding: chunked\r\n",
      partial + "Content-Range: bytes 5-4/10\r\n",
      partial + "Content-Range: bytes 0-9/9\r\n",
      partial + "Content-Range: bytes 0/-9\r\n",
      partial + "Content-Range: items 0-9/10\r\n",
      ok + "Content-Length: " + std::string(120, '0') + "1\r\n",
      ok + "Transfer-Encoding: identity" + std::string(120, ' ') + ", chunked\r\n",
      partial + "Content-Range: bytes 0-9/10" + std::string(120, ' ') + "\r\n",
      ok + "X: " + std::string(5000, 'x'),
      ok +
          [] {
            std::string many;
            for (int i = 0; i < 800; ++i) many += "X: y\r\n";
            return many;
          }(),
  };
  for (const auto& row : rows) {
    HttpResponse response;
    feed(response, row);
    EXPECT_EQ(response.state(), HttpResponse::State::Malformed) << row;
  }
}

TEST(HttpResponse, LongLinesThatDoNotMatterArePassedOver) {
  HttpResponse response;
  feed(response, "HTTP/1.1 200 " + std::string(200, 'K') + "\r\nStrict-Transport-Security: " + std::string(500, 'x') +
                     "\r\n" + std::string(300, 'y') + ": z\r\nContent-Length: 5\r\n\r\n");
  EXPECT_EQ(response.state(), HttpResponse::State::Body);
  EXPECT_EQ(response.length(), 5U);
}

TEST(HttpResponse, InterimAnswersCountForTheHeadsLimit) {
  HttpResponse response;
  for (int i = 0; i < 300; ++i) feed(response, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(response.state(), HttpResponse::State::Malformed);
}

TEST(HttpResponse, MutatedHeadsDoNoHarm) {
  const std::string good = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 1-9/10\r\nContent-Length: 9\r\n\r\n";
  std::mt19937 random(7);
  for (int round = 0; round < 5000; ++round) {
    std::string text = good;
    for (unsigned i = 0; i < 1 + random() % 4; ++i) text[random() % text.size()] = static_cast<char>(random());
    HttpResponse response;
    EXPECT_LE(feed(response, text), text.size());
  }
}

}  // namespace
}  // namespace flotilla
