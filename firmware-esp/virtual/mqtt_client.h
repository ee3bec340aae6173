// The device's MQTT 3.1.1 connection over TLS: connects again and again, subscribes to the command topic, keeps presence.
// Driven by poll(); one thread.
#pragma once

#include <memory>
#include <string>

#include "firmware-esp/src/hal.h"
#include "firmware-esp/virtual/mqtt_packet.h"
#include "firmware-esp/virtual/tls_client.h"

namespace flotilla {

struct MqttSettings {
  std::string client_id;
  std::string command_topic;
  std::string presence_topic;
  std::uint16_t keepalive_seconds = 30;
};

class MqttClient : public hal::Mqtt {
 public:
  // Clock and random must outlive it.
  MqttClient(MqttSettings settings, std::shared_ptr<const TlsIdentity> identity, TlsEndpoint endpoint,
             hal::Clock& clock, hal::Random& random);

  void poll() override;
  hal::Link link() override { return phase_ == Phase::Up ? hal::Link::Up : verdict_; }
  std::uint16_t publish(std::string_view topic, ByteView payload) override;
  std::uint16_t acknowledged() override { return acknowledged_; }
  bool receive(ByteView& payload) override;
  std::uint32_t session() override { return session_; }
  // Says "offline", closes in order, and connects again with the next backoff.
  void disconnect() override;

  [[nodiscard]] const TlsClient& connection() const { return tls_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }  // of the last failure, for the log

 private:
  enum class Phase : std::uint8_t { Waiting, Connecting, AwaitConnack, AwaitSuback, Up };

  void start();
  bool advance_connection();
  void say_connect();
  void flush();
  void read_packets();
  bool handle_packet();
  bool handle_connack();
  bool handle_suback();
  bool handle_publish();
  bool handle_puback();
  void keep_alive();
  void drop(hal::Link verdict, const std::string& problem);
  std::uint16_t next_id();

  MqttSettings settings_;
  hal::Clock& clock_;
  hal::Random& random_;
  TlsClient tls_;
  mqtt::PacketReader reader_;
  mqtt::Bytes output_;  // not yet taken by TLS
  Phase phase_ = Phase::Waiting;
  hal::Link verdict_ = hal::Link::Unreachable;  // of the last attempt
  std::string problem_;
  bool held_ = false;    // the reader holds a command that receive() has not given yet
  bool handed_ = false;  // ... that receive() has given: the next poll acknowledges it
  mqtt::PublishPacket command_;
  std::uint32_t session_ = 0;
  std::uint16_t last_id_ = 0;
  std::uint16_t presence_id_ = 0;
  std::uint16_t acknowledged_ = 0;
  std::uint32_t backoff_ms_;
  std::uint64_t retry_at_ = 0;
  std::uint64_t deadline_ = 0;  // of the handshake, or of the answer to a ping; 0: none
  std::uint64_t last_sent_ = 0;
};

}  // namespace flotilla
