// MQTT 3.1.1 packets (OASIS mqtt-v3.1.1): what a device sends, and what it must read from a hostile peer. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "common/bytes.h"

namespace flotilla::mqtt {

enum class PacketType : std::uint8_t {
  Connect = 1,
  Connack = 2,
  Publish = 3,
  Puback = 4,
  Subscribe = 8,
  Suback = 9,
  Pingreq = 12,
  Pingresp = 13,
  Disconnect = 14,
};

using Bytes = std::vector<std::uint8_t>;

struct ConnectOptions {
  std::string_view client_id;
  std::string_view will_topic;  // retained, QoS 1
  std::string_view will_payload;
  std::uint16_t keepalive_seconds = 0;
};

struct PublishPacket {
  std::string_view topic;
  ByteView payload;
  std::uint8_t qos = 0;  // 0 or 1 when sent
  bool retain = false;
  std::uint16_t id = 0;  // with QoS 1 and 2 only
};

// Each appends one packet to `out`. Texts are at most 65535 bytes. A connect asks for a clean session.
void append_connect(Bytes& out, const ConnectOptions& options);
void append_subscribe(Bytes& out, std::uint16_t id, std::string_view filter, std::uint8_t qos);
void append_publish(Bytes& out, const PublishPacket& packet);
void append_puback(Bytes& out, std::uint16_t id);
void append_pingreq(Bytes& out);
void append_disconnect(Bytes& out);

// A received packet's parts; false for bytes outside the specification. Views point into `body`.
[[nodiscard]] bool parse_connack(ByteView body, std::uint8_t& return_code);
[[nodiscard]] bool parse_suback(ByteView body, std::uint16_t& id, std::uint8_t& granted);
[[nodiscard]] bool parse_puback(ByteView body, std::uint16_t& id);
[[nodiscard]] bool parse_publish(std::uint8_t flags, ByteView body, PublishPacket& out);

// Cuts a byte stream into packets, in a buffer of the chip's size. A larger packet is passed over; its beginning is kept,
// so that a PUBLISH can still be acknowledged.
class PacketReader {
 public:
  static constexpr std::size_t kCapacity = 1024;
  enum class State : std::uint8_t { Collecting, Complete, Malformed };

  // Takes bytes up to the end of the current packet and returns how many; none unless Collecting.
  std::size_t feed(const std::uint8_t* bytes, std::size_t size);
  // Begins the next packet.
  void release();

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] PacketType type() const { return static_cast<PacketType>(buffer_[0] >> 4); }
  [[nodiscard]] std::uint8_t flags() const { return buffer_[0] & 0x0F; }
  [[nodiscard]] bool oversized() const { return size_ > kCapacity; }
  [[nodiscard]] ByteView body() const;  // cut when oversized

 private:
  void take_header_byte(std::uint8_t byte);

  std::array<std::uint8_t, kCapacity> buffer_{};
  std::size_t size_ = 0;         // bytes of this packet so far, also those that were passed over
  std::size_t header_size_ = 0;  // 0 until the header is complete
  std::size_t total_ = 0;        // header and body
  State state_ = State::Collecting;
};

}  // namespace flotilla::mqtt
