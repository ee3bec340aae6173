#include "firmware-esp/virtual/mqtt_packet.h"

#include <algorithm>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace flotilla::mqtt {
namespace {

ByteView view(const Bytes& bytes) { return {bytes.data(), bytes.size()}; }

// Feeds everything that belongs to the first packet.
std::size_t feed(PacketReader& reader, const Bytes& bytes) { return reader.feed(bytes.data(), bytes.size()); }

TEST(MqttPacket, ConnectIsAsTheSpecificationHasIt) {
  Bytes bytes;
  append_connect(bytes, {.client_id = "d1", .will_topic = "w", .will_payload = "off", .keepalive_seconds = 30});
  const Bytes expected = {0x10, 22, 0,   4,   'M', 'Q', 'T', 'T', 4, 0x2E, 0,   30,
                          0,    2,  'd', '1', 0,   1,   'w', 0,   3, 'o',  'f', 'f'};
  EXPECT_EQ(bytes, expected);
}

TEST(MqttPacket, SmallPacketsAreAsTheSpecificationHasThem) {
  Bytes bytes;
  append_subscribe(bytes, 0x0102, "a/b", 1);
  append_puback(bytes, 0x0304);
  append_pingreq(bytes);
  append_disconnect(bytes);
  const Bytes expected = {0x82, 8, 1, 2, 0, 3, 'a', '/', 'b', 1, 0x40, 2, 3, 4, 0xC0, 0, 0xE0, 0};
  EXPECT_EQ(bytes, expected);
}

TEST(MqttPacket, PublishComesBackAsItWent) {
  for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}}) {
    for (const std::size_t size : {0, 1, 110, 120, 128, 900}) {
      const Bytes payload(size, 0x5A);
      Bytes bytes;
      append_publish(bytes, {.topic = "t/x", .payload = view(payload), .qos = qos, .retain = true, .id = 7});
      PacketReader reader;
      ASSERT_EQ(feed(reader, bytes), bytes.size());
      ASSERT_EQ(reader.state(), PacketReader::State::Complete);
      ASSERT_EQ(reader.type(), PacketType::Publish);
      PublishPacket packet;
      ASSERT_TRUE(parse_publish(reader.flags(), reader.body(), packet));
      EXPECT_EQ(packet.topic, "t/x");
      EXPECT_TRUE(packet.payload == view(payload));
      EXPECT_EQ(packet.qos, qos);
      EXPECT_TRUE(packet.retain);
      EXPECT_EQ(packet.id, qos == 0 ? 0 : 7);
    }
  }
}

TEST(MqttPacket, ReaderStopsAtThePacketsEndAndGoesOn) {
  Bytes bytes;
  append_puback(bytes, 1);
  append_pingreq(bytes);
  PacketReader reader;
  ASSERT_EQ(feed(reader, bytes), 4U);
  EXPECT_EQ(reader.type(), PacketType::Puback);
  EXPECT_EQ(feed(reader, bytes), 0U) << "a complete packet takes nothing more";
  reader.release();
  ASSERT_EQ(reader.feed(bytes.data() + 4, 2), 2U);
  EXPECT_EQ(reader.state(), PacketReader::State::Complete);
  EXPECT_EQ(reader.type(), PacketType::Pingreq);
}

TEST(MqttPacket, LargestPacketOfTheBufferArrivesWholeAndOneByteMoreDoesNot) {
  for (const bool too_large : {false, true}) {
    // Header 3, topic length 2, topic 3, id 2: ten bytes before the payload.
    const Bytes payload(PacketReader::kCapacity - 10 + (too_large ? 1 : 0), 0x11);
    Bytes bytes;
    append_publish(bytes, {.topic = "t/x", .payload = view(payload), .qos = 1, .id = 9});
    const std::size_t packet_size = bytes.size();
    append_puback(bytes, 77);
    PacketReader reader;
    ASSERT_EQ(feed(reader, bytes), packet_size);
    ASSERT_EQ(reader.state(), PacketReader::State::Complete);
    EXPECT_EQ(reader.oversized(), too_large);
    PublishPacket packet;
    ASSERT_TRUE(parse_publish(reader.flags(), reader.body(), packet));
    EXPECT_EQ(packet.id, 9) << "so it can be acknowledged";
    reader.release();
    ASSERT_EQ(reader.feed(bytes.data() + packet_size, 4), 4U) << "the stream is still in step";
    std::uint16_t id = 0;
    ASSERT_TRUE(parse_puback(reader.body(), id));
    EXPECT_EQ(id, 77);
  }
}

TEST(MqttPacket, LengthOfFiveBytesIsMalformed) {
  const Bytes bytes = {0x30, 0xFF, 0xFF, 0xFF, 0xFF, 0x01};
  PacketReader reader;
  feed(reader, bytes);
  EXPECT_EQ(reader.state(), PacketReader::State::Malformed);
}

struct BadPublish {
  const char* what;
  std::uint8_t flags;
  Bytes body;
};

TEST(MqttPacket, MalformedPublishesAreRefused) {
  const BadPublish rows[] = {
      {"no topic length", 0, {0}},
      {"an empty topic", 0, {0, 0, 'x'}},
      {"a topic beyond the end", 0, {0, 5, 'a', 'b'}},
      {"QoS 3", 6, {0, 1, 'a', 0, 1}},
      {"QoS 1 without an id", 2, {0, 1, 'a', 0}},
      {"QoS 1 with the id 0", 2, {0, 1, 'a', 0, 0}},
  };
  for (const auto& row : rows) {
    PublishPacket packet;
    EXPECT_FALSE(parse_publish(row.flags, view(row.body), packet)) << row.what;
  }
}

TEST(MqttPacket, AnswersOfAnotherSizeAreRefused) {
  std::uint16_t id = 0;
  std::uint8_t code = 0;
  EXPECT_FALSE(parse_connack(view({0}), code));
  EXPECT_FALSE(parse_connack(view({2, 0}), code)) << "reserved flags";
  EXPECT_FALSE(parse_suback(view({0, 1}), id, code));
  EXPECT_FALSE(parse_puback(view({0, 0}), id));
  EXPECT_FALSE(parse_puback(view({0, 1, 0}), id));
  EXPECT_TRUE(parse_suback(view({1, 2, 0x80}), id, code));
  EXPECT_EQ(id, 0x0102);
  EXPECT_EQ(code, 0x80);
}

// Any bytes in any portions: never out of bounds (the sanitizer's business), and views stay inside the body.
TEST(MqttPacket, RandomBytesDoNoHarm) {
  std::mt19937 random(20);
  for (int round = 0; round < 2000; ++round) {
    Bytes bytes(random() % 3000);
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
    PacketReader reader;
    std::size_t at = 0;
    while (at < bytes.size() && reader.state() != PacketReader::State::Malformed) {
      const std::size_t portion = std::min<std::size_t>(1 + random() % 64, bytes.size() - at);
      at += reader.feed(bytes.data() + at, portion);
      if (reader.state() != PacketReader::State::Complete) continue;
      PublishPacket packet;
      if (parse_publish(reader.flags(), reader.body(), packet)) {
        ASSERT_LE(packet.topic.size() + packet.payload.size, reader.body().size);
      }
      reader.release();
    }
  }
}

}  // namespace
}  // namespace flotilla::mqtt
