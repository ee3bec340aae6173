#include "firmware-esp/virtual/mqtt_client.h"

#include <algorithm>
#include <array>
#include <utility>

#include "proto/topics.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kMinBackoffMs = 200;
constexpr std::uint32_t kMaxBackoffMs = 5000;
constexpr std::uint64_t kAnswerMs = 10000;
constexpr std::size_t kMaxOutput = 4096;

}  // namespace

MqttClient::MqttClient(MqttSettings settings, std::shared_ptr<const TlsIdentity> identity, TlsEndpoint endpoint,
                       hal::Clock& clock, hal::Random& random)
    : settings_(std::move(settings)),
      clock_(clock),
      random_(random),
      tls_(std::move(identity), std::move(endpoint), clock),
      backoff_ms_(kMinBackoffMs) {}

void MqttClient::poll() {
  if (phase_ == Phase::Waiting && clock_.monotonic_ms() >= retry_at_) start();
  if (phase_ == Phase::Waiting) return;
  if (handed_) {
    if (command_.qos == 1) mqtt::append_puback(output_, command_.id);
    handed_ = false;
    reader_.release();
  }
  tls_.poll();
  if (!advance_connection()) return;
  flush();
  read_packets();
  keep_alive();
  flush();
}

void MqttClient::start() {
  reader_.release();
  output_.clear();
  held_ = false;
  handed_ = false;
  acknowledged_ = 0;
  deadline_ = 0;
  phase_ = Phase::Connecting;
  tls_.connect();
}

// false when there is no connection to work with.
bool MqttClient::advance_connection() {
  switch (tls_.state()) {
    case TlsClient::State::Unreachable: drop(hal::Link::Unreachable, tls_.problem()); return false;
    case TlsClient::State::Refused:
    case TlsClient::State::Lost:
      // Lost: the broker was there a moment ago; when it or the network is away, the next attempt will tell.
      drop(hal::Link::Refused, tls_.problem());
      return false;
    case TlsClient::State::Open:
      if (phase_ == Phase::Connecting) say_connect();
      return true;
    case TlsClient::State::Closed:
    case TlsClient::State::Connecting:
    case TlsClient::State::Handshaking: return false;
  }
  return false;
}

void MqttClient::say_connect() {
  mqtt::append_connect(output_, {.client_id = settings_.client_id,
                                 .will_topic = settings_.presence_topic,
                                 .will_payload = kOffline,
                                 .keepalive_seconds = settings_.keepalive_seconds});
  phase_ = Phase::AwaitConnack;
  deadline_ = clock_.monotonic_ms() + kAnswerMs;
}

void MqttClient::flush() {
  if (output_.empty() || phase_ == Phase::Waiting) return;
  const std::size_t taken = tls_.write(output_.data(), output_.size());
  output_.erase(output_.begin(), output_.begin() + static_cast<std::ptrdiff_t>(taken));
  if (taken != 0) last_sent_ = clock_.monotonic_ms();
}

void MqttClient::read_packets() {
  // A command stays in the reader until it was received; what comes behind it waits in the socket.
  while (!held_ && !handed_ && phase_ != Phase::Waiting) {
    // One byte at a time: nothing behind a command may be taken from TLS before the command was received.
    std::array<std::uint8_t, 1> byte{};
    if (tls_.read(byte.data(), byte.size()) == 0) {
      tls_.poll();
      if (tls_.read(byte.data(), byte.size()) == 0) return;
    }
    reader_.feed(byte.data(), byte.size());
    if (reader_.state() == mqtt::PacketReader::State::Malformed ||
        (reader_.state() == mqtt::PacketReader::State::Complete && !handle_packet())) {
      return drop(hal::Link::Refused, "the broker's bytes are no MQTT");
    }
    if (reader_.state() == mqtt::PacketReader::State::Complete && !held_) reader_.release();
  }
}

// false for a packet that must not come here.
bool MqttClient::handle_packet() {
  switch (reader_.type()) {
    case mqtt::PacketType::Connack: return handle_connack();
    case mqtt::PacketType::Suback: return handle_suback();
    case mqtt::PacketType::Publish: return handle_publish();
    case mqtt::PacketType::Puback: return handle_puback();
    case mqtt::PacketType::Pingresp:
      if (phase_ == Phase::Up) deadline_ = 0;
      return true;
    case mqtt::PacketType::Connect:
    case mqtt::PacketType::Subscribe:
    case mqtt::PacketType::Pingreq:
    case mqtt::PacketType::Disconnect: break;
  }
  return false;
}

bool MqttClient::handle_connack() {
  std::uint8_t code = 0;
  if (phase_ != Phase::AwaitConnack || !mqtt::parse_connack(reader_.body(), code)) return false;
  if (code != 0) {
    drop(hal::Link::Refused, "the broker refused the connection with code " + std::to_string(code));
    return true;
  }
  mqtt::append_subscribe(output_, next_id(), settings_.command_topic, 1);
  phase_ = Phase::AwaitSuback;
  return true;
}

bool MqttClient::handle_suback() {
  std::uint16_t id = 0;
  std::uint8_t granted = 0;
  if (phase_ != Phase::AwaitSuback || !mqtt::parse_suback(reader_.body(), id, granted) || id != last_id_) return false;
  if (granted > 2) {
    drop(hal::Link::Refused, "the broker did not grant the subscription to " + settings_.command_topic);
    return true;
  }
  presence_id_ = next_id();
  mqtt::append_publish(
      output_,
      {.topic = settings_.presence_topic, .payload = ByteView(kOnline), .qos = 1, .retain = true, .id = presence_id_});
  phase_ = Phase::Up;
  deadline_ = 0;
  backoff_ms_ = kMinBackoffMs;
  ++session_;
  return true;
}

bool MqttClient::handle_publish() {
  mqtt::PublishPacket packet;
  if (!mqtt::parse_publish(reader_.flags(), reader_.body(), packet) || packet.qos == 2) return false;
  if (packet.topic == settings_.command_topic && !reader_.oversized()) {
    command_ = packet;
    held_ = true;
  } else if (packet.qos == 1) {
    mqtt::append_puback(output_, packet.id);
  }
  return true;
}

bool MqttClient::handle_puback() {
  std::uint16_t id = 0;
  if (!mqtt::parse_puback(reader_.body(), id)) return false;
  if (id != presence_id_) acknowledged_ = id;
  return true;
}

void MqttClient::keep_alive() {
  const std::uint64_t now = clock_.monotonic_ms();
  if (phase_ == Phase::Waiting) return;
  if (deadline_ != 0 && now > deadline_) {
    return drop(phase_ == Phase::Up ? hal::Link::Unreachable : hal::Link::Refused, "the broker does not answer");
  }
  if (phase_ == Phase::Up && deadline_ == 0 && now - last_sent_ > settings_.keepalive_seconds * 1000ULL / 2) {
    mqtt::append_pingreq(output_);
    deadline_ = now + kAnswerMs;
  }
}

std::uint16_t MqttClient::publish(std::string_view topic, ByteView payload) {
  if (phase_ != Phase::Up || output_.size() + topic.size() + payload.size + 16 > kMaxOutput) return 0;
  const std::uint16_t id = next_id();
  mqtt::append_publish(output_, {.topic = topic, .payload = payload, .qos = 1, .id = id});
  flush();
  return id;
}

bool MqttClient::receive(ByteView& payload) {
  if (!held_) return false;
  held_ = false;
  handed_ = true;
  payload = command_.payload;
  return true;
}

void MqttClient::disconnect() {
  if (phase_ == Phase::Up) {
    mqtt::append_publish(output_, {.topic = settings_.presence_topic, .payload = ByteView(kOffline), .retain = true});
    mqtt::append_disconnect(output_);
    flush();
  }
  drop(hal::Link::Unreachable, "disconnected");
}

void MqttClient::drop(hal::Link verdict, const std::string& problem) {
  tls_.close();
  phase_ = Phase::Waiting;
  verdict_ = verdict;
  problem_ = problem;
  held_ = false;
  // Between half and the whole of the backoff, so that a fleet does not come back at once.
  retry_at_ = clock_.monotonic_ms() + backoff_ms_ / 2 + random_.next() % (backoff_ms_ / 2 + 1);
  backoff_ms_ = std::min(backoff_ms_ * 2, kMaxBackoffMs);
}

std::uint16_t MqttClient::next_id() {
  if (++last_id_ == 0) last_id_ = 1;
  return last_id_;
}

}  // namespace flotilla
