// Every message of the broker ends in exactly one call of the sink, or in none where it says nothing.
#include "daemon/mqtt/ingest.h"

#include <gtest/gtest.h>

#include "proto/host/codec.h"
#include "tests/fakes/recording_sink.h"

namespace flotilla::mqtt {
namespace {

const std::string kHeartbeatTopic = "flotilla/v1/esp-1/heartbeat";
const std::string kPresenceTopic = "flotilla/v1/esp-1/presence";

std::string heartbeat_bytes(std::uint32_t protocol_version = kProtocolVersion) {
  Heartbeat heartbeat;
  heartbeat.protocol_version = protocol_version;
  heartbeat.boot_id = 7;
  heartbeat.running_version = VersionText("1.2.3");
  return wire::encode(heartbeat);
}

fakes::Ingested ingest_one(const std::string& topic, const std::string& payload, bool retained = false) {
  fakes::RecordingSink sink;
  ingest(topic, ByteView(std::string_view(payload)), retained, sink);
  return sink.seen();
}

TEST(Ingest, DecodesAHeartbeat) {
  const auto seen = ingest_one(kHeartbeatTopic, heartbeat_bytes());
  ASSERT_EQ(seen.heartbeats.size(), 1U);
  EXPECT_EQ(seen.heartbeats[0].first, "esp-1");
  EXPECT_EQ(seen.heartbeats[0].second.running_version.view(), "1.2.3");
  EXPECT_TRUE(seen.malformed.empty());
}

TEST(Ingest, TellsPresence) {
  EXPECT_EQ(ingest_one(kPresenceTopic, "online", true).presences,
            (std::vector<std::pair<std::string, bool>>{{"esp-1", true}}));
  EXPECT_EQ(ingest_one(kPresenceTopic, "offline").presences,
            (std::vector<std::pair<std::string, bool>>{{"esp-1", false}}));
}

TEST(Ingest, PassesOverAClearedPresence) {
  const auto seen = ingest_one(kPresenceTopic, "");
  EXPECT_TRUE(seen.presences.empty());
  EXPECT_TRUE(seen.malformed.empty());
}

TEST(Ingest, NamesWhatIsMalformed) {
  const struct {
    const char* name;
    std::string topic;
    std::string payload;
    bool retained = false;
    std::string device;
    std::string what;
  } rows[] = {
      {.name = "noise",
       .topic = kHeartbeatTopic,
       .payload = "\xff\xff\xff",
       .device = "esp-1",
       .what = "does not decode"},
      {.name = "too large",
       .topic = kHeartbeatTopic,
       .payload = std::string(kMaxHeartbeat + 1, 'x'),
       .device = "esp-1",
       .what = "641 bytes"},
      {.name = "version",
       .topic = kHeartbeatTopic,
       .payload = heartbeat_bytes(2),
       .device = "esp-1",
       .what = "protocol version 2"},
      {.name = "retained",
       .topic = kHeartbeatTopic,
       .payload = heartbeat_bytes(),
       .retained = true,
       .device = "esp-1",
       .what = "retained"},
      {.name = "presence",
       .topic = kPresenceTopic,
       .payload = std::string(200, 'y'),
       .device = "esp-1",
       .what = "yyy...'"},
      {.name = "command", .topic = "flotilla/v1/esp-1/command", .payload = "x", .device = "esp-1", .what = "command"},
      {.name = "no device", .topic = "flotilla/v1/_op.eve/heartbeat", .payload = "x", .device = "", .what = "_op.eve"},
      {.name = "no topic of ours", .topic = "sensors/esp-1/t", .payload = "x", .device = "", .what = "sensors/esp-1/t"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const auto seen = ingest_one(row.topic, row.payload, row.retained);
    ASSERT_EQ(seen.malformed.size(), 1U);
    EXPECT_EQ(seen.malformed[0].first, row.device);
    EXPECT_NE(seen.malformed[0].second.find(row.what), std::string::npos) << seen.malformed[0].second;
    EXPECT_TRUE(seen.heartbeats.empty());
    EXPECT_TRUE(seen.presences.empty());
  }
}

}  // namespace
}  // namespace flotilla::mqtt
