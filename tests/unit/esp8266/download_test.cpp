#include <array>

#include <gtest/gtest.h>

#include "tests/unit/esp8266/network_rig.h"

namespace flotilla {
namespace {

using hal::DownloadStatus;

// Polls to the end; what was delivered and how it ended.
struct Outcome {
  std::string bytes;
  DownloadStatus status = DownloadStatus::Pending;
};
Outcome run(NetworkRig& rig, int polls = 50) {
  Outcome out;
  std::array<std::uint8_t, 4> buffer{};
  for (int i = 0; i < polls; ++i) {
    std::size_t received = 0;
    out.status = rig.download.poll(buffer.data(), buffer.size(), received);
    out.bytes.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(received));
    if (out.status != DownloadStatus::Pending && out.status != DownloadStatus::Data) break;
  }
  return out;
}

TEST(EspDownload, FetchesAFileInPieces) {
  NetworkRig rig;
  rig.core.to_read = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
  rig.download.begin("/v1/images/ab", 0);
  const Outcome got = run(rig);
  EXPECT_EQ(got.status, DownloadStatus::Complete);
  EXPECT_EQ(got.bytes, "0123456789");
  EXPECT_EQ(rig.download.total_size(), 10U);
  EXPECT_EQ(rig.core.written,
            "GET /v1/images/ab HTTP/1.1\r\nHost: pi.fleet:8443\r\nAccept-Encoding: identity\r\n"
            "Connection: close\r\n\r\n");
}

TEST(EspDownload, GoesOnWhereItWasCut) {
  NetworkRig rig;
  rig.core.to_read = "HTTP/1.1 206 P\r\nContent-Range: bytes 6-9/10\r\nContent-Length: 4\r\n\r\n6789";
  rig.download.begin("/v1/images/ab", 6);
  const Outcome got = run(rig);
  EXPECT_EQ(got.status, DownloadStatus::Complete);
  EXPECT_EQ(got.bytes, "6789");
  EXPECT_NE(rig.core.written.find("Range: bytes=6-\r\n"), std::string::npos);
}

TEST(EspDownload, LeavesOutWhatAServerWithoutRangesSendsAgain) {
  NetworkRig rig;
  rig.core.to_read = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
  rig.download.begin("/v1/images/ab", 6);
  const Outcome got = run(rig);
  EXPECT_EQ(got.status, DownloadStatus::Complete);
  EXPECT_EQ(got.bytes, "6789");
}

TEST(EspDownload, SaysWhatTheServerAnswered) {
  NetworkRig rig;
  rig.core.to_read = "HTTP/1.1 403 Forbidden\r\n\r\n";
  rig.download.begin("/v1/images/ab", 0);
  EXPECT_EQ(run(rig).status, DownloadStatus::Refused);
  EXPECT_EQ(rig.download.http_status(), 403);
}

TEST(EspDownload, IsBrokenByACutAndKeepsWhatCame) {
  NetworkRig rig;
  rig.core.to_read = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123";
  rig.download.begin("/v1/images/ab", 0);
  EXPECT_EQ(run(rig, 3).bytes, "0123");
  rig.core.alive = false;
  EXPECT_EQ(run(rig).status, DownloadStatus::Broken);
}

TEST(EspDownload, IsBrokenBySilence) {
  NetworkRig rig;
  rig.download.begin("/v1/images/ab", 0);
  EXPECT_EQ(run(rig).status, DownloadStatus::Pending);
  rig.pass(15'001);
  EXPECT_EQ(run(rig).status, DownloadStatus::Broken);
}

TEST(EspDownload, IsBrokenWhereNoConnectionIsMade) {
  NetworkRig rig;
  rig.core.hosts.clear();
  rig.download.begin("/v1/images/ab", 0);
  EXPECT_EQ(run(rig).status, DownloadStatus::Broken);
  rig.core.hosts["10.0.0.1"] = true;
  rig.core.handshake_works = false;
  rig.download.begin("/v1/images/ab", 0);
  EXPECT_EQ(run(rig).status, DownloadStatus::Broken);
}

TEST(EspDownload, LeavesTheBrokerAloneWhereThereIsMemoryForTwo) {
  NetworkRig rig;
  rig.connect();
  rig.core.to_read = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n0";
  rig.download.begin("/v1/images/ab", 0);
  EXPECT_EQ(run(rig).status, DownloadStatus::Complete);
  EXPECT_EQ(rig.mqtt.link(), hal::Link::Up);
  EXPECT_EQ(rig.mqtt.session(), 1U);
}

TEST(EspDownload, GivesUpTheBrokerWhileMemoryIsShort) {
  NetworkRig rig;
  rig.connect();
  rig.core.free_heap = 9'000;
  rig.download.begin("/v1/images/ab", 0);
  EXPECT_EQ(rig.mqtt.link(), hal::Link::Unreachable);
  rig.core.free_heap = 18'000;  // what the broker's connection had
  rig.core.to_read = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n0";
  rig.pass(60'000);
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), hal::Link::Unreachable);
  EXPECT_EQ(run(rig).status, DownloadStatus::Complete);
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), hal::Link::Up);
}

TEST(EspDownload, ItsEndDoesNotHurryTheBroker) {
  NetworkRig rig;
  rig.core.wifi_up = true;
  rig.core.handshake_works = false;
  rig.mqtt.poll();  // fails, and waits
  rig.core.handshake_works = true;
  rig.download.begin("/v1/images/ab", 0);
  rig.download.stop();
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), hal::Link::Refused);
}

TEST(EspDownload, StopsAtOnce) {
  NetworkRig rig;
  rig.core.to_read = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
  rig.download.begin("/v1/images/ab", 0);
  run(rig, 2);
  rig.download.stop();
  EXPECT_EQ(run(rig).status, DownloadStatus::Broken);
}

}  // namespace
}  // namespace flotilla
