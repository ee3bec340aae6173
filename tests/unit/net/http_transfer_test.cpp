#include "firmware-esp/src/net/http_transfer.h"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace flotilla {
namespace {

using State = HttpTransfer::State;

HttpTransfer answered(std::uint32_t offset, const std::string& head) {
  HttpTransfer transfer;
  transfer.begin(offset);
  for (const char c : head) transfer.feed_head(static_cast<std::uint8_t>(c));
  return transfer;
}

TEST(HttpTransfer, WholeFile) {
  HttpTransfer transfer = answered(0, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  ASSERT_EQ(transfer.state(), State::Body);
  EXPECT_EQ(transfer.total(), 10U);
  transfer.taken(4);
  EXPECT_EQ(transfer.state(), State::Body);
  EXPECT_EQ(transfer.left(), 6U);
  transfer.taken(6);
  EXPECT_EQ(transfer.state(), State::Done);
}

TEST(HttpTransfer, RestOfAFile) {
  HttpTransfer transfer =
      answered(100, "HTTP/1.1 206 Partial\r\nContent-Range: bytes 100-149/150\r\nContent-Length: 50\r\n\r\n");
  ASSERT_EQ(transfer.state(), State::Body);
  EXPECT_EQ(transfer.total(), 150U);
  EXPECT_EQ(transfer.left(), 50U);
}

TEST(HttpTransfer, AServerWithoutRangesSendsWhatIsThenSkipped) {
  HttpTransfer transfer = answered(4, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  ASSERT_EQ(transfer.state(), State::Skip);
  EXPECT_EQ(transfer.left_to_skip(), 4U);
  transfer.skipped(3);
  EXPECT_EQ(transfer.state(), State::Skip);
  transfer.skipped(1);
  ASSERT_EQ(transfer.state(), State::Body);
  EXPECT_EQ(transfer.left(), 6U);
}

TEST(HttpTransfer, NothingLeftIsDone) {
  EXPECT_EQ(answered(0, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").state(), State::Done);
  HttpTransfer all_there = answered(10, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n");
  ASSERT_EQ(all_there.state(), State::Skip);
  all_there.skipped(10);
  EXPECT_EQ(all_there.state(), State::Done);
}

TEST(HttpTransfer, OtherStatusesAreRefused) {
  const HttpTransfer transfer = answered(0, "HTTP/1.1 404 Not Found\r\n\r\n");
  EXPECT_EQ(transfer.state(), State::Refused);
  EXPECT_EQ(transfer.status(), 404);
}

TEST(HttpTransfer, AnswersThatDoNotFitTheRequestAreMalformed) {
  const std::string rows[] = {
      "HTTP/1.1 200 OK\r\n\r\n",                                                              // no length
      "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n",                                         // below the offset
      "HTTP/1.1 200 OK\r\nContent-Length: 4294967300\r\n\r\n",                                // beyond 32 bits
      "HTTP/1.1 206 P\r\nContent-Length: 5\r\n\r\n",                                          // no range
      "HTTP/1.1 206 P\r\nContent-Range: bytes 0-9/10\r\nContent-Length: 10\r\n\r\n",          // another offset
      "HTTP/1.1 206 P\r\nContent-Range: bytes 4-9/4294967296\r\nContent-Length: 6\r\n\r\n",   // beyond 32 bits
      "HTTP/1.1 206 P\r\nContent-Range: bytes 4-9/10\r\nContent-Length: 4294967296\r\n\r\n",  // likewise
      "SSH-2.0\r\n",
  };
  for (const auto& row : rows) EXPECT_EQ(answered(4, row).state(), State::Malformed) << row;
}

TEST(HttpTransfer, BeginsAnew) {
  HttpTransfer transfer = answered(0, "HTTP/1.1 404 Not Found\r\n\r\n");
  transfer.begin(0);
  EXPECT_EQ(transfer.state(), State::Head);
  EXPECT_EQ(transfer.status(), 0);
}

TEST(GetRequest, AsksForTheWholeOrTheRest) {
  std::array<char, 256> out{};
  const auto request = [&out](std::uint32_t offset) {
    return std::string(out.data(),
                       write_get_request("/v1/images/ab", "pi.local", 8443, offset, out.data(), out.size()));
  };
  EXPECT_EQ(request(0),
            "GET /v1/images/ab HTTP/1.1\r\nHost: pi.local:8443\r\nAccept-Encoding: identity\r\n"
            "Connection: close\r\n\r\n");
  EXPECT_EQ(request(65536),
            "GET /v1/images/ab HTTP/1.1\r\nHost: pi.local:8443\r\nRange: bytes=65536-\r\nAccept-Encoding: identity\r\n"
            "Connection: close\r\n\r\n");
  EXPECT_EQ(write_get_request("/v1/images/ab", "pi.local", 8443, 0, out.data(), 40), 0U);
}

}  // namespace
}  // namespace flotilla
