#include "firmware-esp/src/esp8266/mqtt.h"

#include <cstring>

#include "firmware-esp/src/net/sensor_topic.h"

namespace flotilla {
namespace {

constexpr int kReceiveBuffer = 1024;  // a whole packet; a larger one is dropped and the connection lives
constexpr int kSendBuffer = 256;      // a packet without its payload, which goes out from where it is
constexpr int kKeepAliveSeconds = 30;
constexpr int kLogInMs = 5000;
constexpr int kAnswerMs = 1000;
constexpr std::uint32_t kFirstBackoffMs = 1000;
constexpr std::uint32_t kLastBackoffMs = 60'000;

const char* text(std::string_view zero_terminated) { return zero_terminated.data(); }

}  // namespace

EspMqtt::EspMqtt(EspWifi& wifi, TlsClient& tls, hal::Clock& clock, hal::Random& random)
    : wifi_(wifi),
      tls_(tls),
      clock_(clock),
      random_(random),
      client_(kReceiveBuffer, kSendBuffer),
      backoff_(kFirstBackoffMs, kLastBackoffMs) {}

void EspMqtt::begin(std::string_view device_id) {
  id_.assign_cut(device_id);
  command_topic_ = make_topic(TopicKind::Command, device_id);
  presence_topic_ = make_topic(TopicKind::Presence, device_id);
  client_.begin(tls_);
  client_.dropOverflow(true);
  client_.setKeepAlive(kKeepAliveSeconds);
  client_.setWill(presence_topic_.c_str(), text(kOffline), true, 1);
  client_.ref = this;
  client_.onMessageAdvanced(&EspMqtt::on_message);
}

// NOLINTNEXTLINE(readability-non-const-parameter): the type of arduino-mqtt's callback
void EspMqtt::on_message(MQTTClient* client, char* topic, char* bytes, int length) {
  auto* self = static_cast<EspMqtt*>(client->ref);
  if (self->command_topic_.view() == topic) self->take(bytes, static_cast<std::size_t>(length));
}

void EspMqtt::take(const char* bytes, std::size_t size) {
  if (handed_) {
    missed_ = true;
    return;
  }
  if (size > inbox_.size()) return;
  if (size != 0) std::memcpy(inbox_.data(), bytes, size);
  inbox_size_ = size;
  held_ = true;  // the topic holds one command: a newer one replaces what was not looked at yet
}

bool EspMqtt::receive(ByteView& payload) {
  if (!held_ || handed_) return false;
  handed_ = true;
  payload = ByteView(inbox_.data(), inbox_size_);
  return true;
}

void EspMqtt::poll() {
  wifi_.poll();
  if (handed_) {
    handed_ = false;
    held_ = false;
  }
  if (!wifi_.up()) {
    if (link_ != hal::Link::NoNetwork) drop(hal::Link::NoNetwork);
    return;
  }
  if (link_ == hal::Link::NoNetwork) network_is_back();
  if (paused_) return;
  if (link_ != hal::Link::Up) {
    if (backoff_.due(clock_.monotonic_ms())) connect();
    return;
  }
  bool alive = client_.loop();
  if (alive && missed_) {
    missed_ = false;
    alive = client_.subscribe(command_topic_.c_str(), 1);
  }
  // The broker was there a moment ago; when it or the network is away, the next attempt will tell.
  if (!alive) drop(hal::Link::Refused);
}

// An access point that comes back brings all its boards at once: they must not reach the broker in one moment. A boot is
// nobody else's, and a board that sleeps must not wait.
void EspMqtt::network_is_back() {
  link_ = hal::Link::Unreachable;
  if (session_ != 0) backoff_.failed(clock_.monotonic_ms(), random_.next());
}

void EspMqtt::connect() {
  switch (tls_.open()) {
    case TlsClient::Outcome::NextAddress: return;
    case TlsClient::Outcome::Unreachable: drop(hal::Link::Unreachable); return;
    case TlsClient::Outcome::Refused: drop(hal::Link::Refused); return;
    case TlsClient::Outcome::Open: break;
  }
  held_ = false;
  missed_ = false;
  client_.setTimeout(kLogInMs);
  const bool in = log_in();
  client_.setTimeout(kAnswerMs);
  if (!in) {
    drop(hal::Link::Refused);
    return;
  }
  backoff_.succeeded();
  acknowledged_ = 0;
  ++session_;
  link_ = hal::Link::Up;
}

bool EspMqtt::log_in() {
  return client_.connect(id_.c_str(), true) && client_.subscribe(command_topic_.c_str(), 1) &&
         client_.publish(presence_topic_.c_str(), text(kOnline), static_cast<int>(kOnline.size()), true, 1);
}

void EspMqtt::drop(hal::Link link) {
  tls_.stop();
  link_ = link;
  acknowledged_ = 0;
  backoff_.failed(clock_.monotonic_ms(), random_.next());
}

std::uint16_t EspMqtt::publish(std::string_view topic, ByteView payload) {
  SensorTopic terminated;
  if (link_ != hal::Link::Up || !terminated.assign(topic)) return 0;
  const auto* bytes = reinterpret_cast<const char*>(payload.data);
  if (!client_.publish(terminated.c_str(), bytes, static_cast<int>(payload.size), false, 1)) {
    drop(hal::Link::Refused);
    return 0;
  }
  acknowledged_ = client_.lastPacketID();
  return acknowledged_;
}

void EspMqtt::disconnect() {
  if (link_ != hal::Link::Up) return;
  client_.publish(presence_topic_.c_str(), text(kOffline), static_cast<int>(kOffline.size()), true, 1);
  client_.disconnect();
  drop(hal::Link::Unreachable);
}

// Leaves in order but still "online": the board goes on working, and will be back.
void EspMqtt::pause() {
  if (paused_) return;
  paused_ = true;
  if (link_ != hal::Link::Up) return;
  client_.disconnect();
  drop(hal::Link::Unreachable);
}

void EspMqtt::resume() {
  if (!paused_) return;
  paused_ = false;
  backoff_.at_once();
}

}  // namespace flotilla
