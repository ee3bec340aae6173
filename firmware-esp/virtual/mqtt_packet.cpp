#include "firmware-esp/virtual/mqtt_packet.h"

#include <algorithm>

namespace flotilla::mqtt {
namespace {

constexpr std::size_t kMaxHeader = 5;  // the type and at most four bytes of length

void append_u16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value));
}

void append_text(Bytes& out, std::string_view text) {
  append_u16(out, text.size());
  out.insert(out.end(), text.begin(), text.end());
}

void append_header(Bytes& out, PacketType type, unsigned flags, std::size_t remaining) {
  out.push_back(static_cast<std::uint8_t>(static_cast<unsigned>(type) << 4 | flags));
  do {
    const std::size_t more = remaining > 127 ? 0x80 : 0;
    out.push_back(static_cast<std::uint8_t>((remaining & 0x7F) | more));
    remaining >>= 7;
  } while (remaining != 0);
}

std::uint16_t load_u16(const std::uint8_t* in) { return static_cast<std::uint16_t>(in[0] << 8 | in[1]); }

}  // namespace

void append_connect(Bytes& out, const ConnectOptions& options) {
  constexpr std::size_t kFixed = 6 + 1 + 1 + 2;  // protocol name, level, flags, keepalive
  append_header(
      out, PacketType::Connect, 0,
      kFixed + 2 + options.client_id.size() + 2 + options.will_topic.size() + 2 + options.will_payload.size());
  append_text(out, "MQTT");
  out.push_back(4);
  constexpr std::uint8_t kCleanSession = 0x02;
  constexpr std::uint8_t kWill = 0x04;
  constexpr std::uint8_t kWillQos1 = 0x08;
  constexpr std::uint8_t kWillRetain = 0x20;
  out.push_back(kCleanSession | kWill | kWillQos1 | kWillRetain);
  append_u16(out, options.keepalive_seconds);
  append_text(out, options.client_id);
  append_text(out, options.will_topic);
  append_text(out, options.will_payload);
}

void append_subscribe(Bytes& out, std::uint16_t id, std::string_view filter, std::uint8_t qos) {
  append_header(out, PacketType::Subscribe, 2, 2 + 2 + filter.size() + 1);
  append_u16(out, id);
  append_text(out, filter);
  out.push_back(qos);
}

void append_publish(Bytes& out, const PublishPacket& packet) {
  const unsigned flags = static_cast<unsigned>(packet.qos) << 1 | (packet.retain ? 1U : 0U);
  const std::size_t id_size = packet.qos == 0 ? 0 : 2;
  append_header(out, PacketType::Publish, flags, 2 + packet.topic.size() + id_size + packet.payload.size);
  append_text(out, packet.topic);
  if (packet.qos != 0) append_u16(out, packet.id);
  out.insert(out.end(), packet.payload.data, packet.payload.data + packet.payload.size);
}

void append_puback(Bytes& out, std::uint16_t id) {
  append_header(out, PacketType::Puback, 0, 2);
  append_u16(out, id);
}

void append_pingreq(Bytes& out) { append_header(out, PacketType::Pingreq, 0, 0); }

void append_disconnect(Bytes& out) { append_header(out, PacketType::Disconnect, 0, 0); }

bool parse_connack(ByteView body, std::uint8_t& return_code) {
  if (body.size != 2 || body.data[0] > 1) return false;
  return_code = body.data[1];
  return true;
}

bool parse_suback(ByteView body, std::uint16_t& id, std::uint8_t& granted) {
  if (body.size != 3) return false;
  id = load_u16(body.data);
  granted = body.data[2];
  return true;
}

bool parse_puback(ByteView body, std::uint16_t& id) {
  if (body.size != 2) return false;
  id = load_u16(body.data);
  return id != 0;
}

bool parse_publish(std::uint8_t flags, ByteView body, PublishPacket& out) {
  PublishPacket packet;
  packet.qos = flags >> 1 & 3;
  packet.retain = (flags & 1) != 0;
  if (packet.qos == 3 || body.size < 2) return false;
  const std::size_t topic_size = load_u16(body.data);
  std::size_t at = 2 + topic_size;
  if (topic_size == 0 || at > body.size) return false;
  packet.topic = ByteView(body.data + 2, topic_size).text();
  if (packet.qos != 0) {
    if (body.size - at < 2) return false;
    packet.id = load_u16(body.data + at);
    if (packet.id == 0) return false;
    at += 2;
  }
  packet.payload = ByteView(body.data + at, body.size - at);
  out = packet;
  return true;
}

std::size_t PacketReader::feed(const std::uint8_t* bytes, std::size_t size) {
  std::size_t used = 0;
  while (used < size && state_ == State::Collecting) {
    if (header_size_ == 0) {
      take_header_byte(bytes[used++]);
      continue;
    }
    const std::size_t take = std::min(size - used, total_ - size_);
    const std::size_t kept = size_ < kCapacity ? std::min(take, kCapacity - size_) : 0;
    std::copy_n(bytes + used, kept, buffer_.begin() + static_cast<std::ptrdiff_t>(std::min(size_, kCapacity)));
    used += take;
    size_ += take;
    if (size_ == total_) state_ = State::Complete;
  }
  return used;
}

void PacketReader::take_header_byte(std::uint8_t byte) {
  buffer_[size_++] = byte;
  if (size_ == 1) {
    total_ = 0;
    return;
  }
  total_ |= static_cast<std::size_t>(byte & 0x7F) << (7 * (size_ - 2));
  if ((byte & 0x80) != 0) {
    if (size_ == kMaxHeader) state_ = State::Malformed;
    return;
  }
  header_size_ = size_;
  total_ += size_;
  if (size_ == total_) state_ = State::Complete;
}

void PacketReader::release() {
  size_ = 0;
  header_size_ = 0;
  total_ = 0;
  state_ = State::Collecting;
}

ByteView PacketReader::body() const {
  return {buffer_.data() + header_size_, std::min(size_, kCapacity) - header_size_};
}

}  // namespace flotilla::mqtt
