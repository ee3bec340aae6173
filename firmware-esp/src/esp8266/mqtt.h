// The MQTT port over 256dpi's arduino-mqtt: QoS 1, a retained last will, reconnects with backoff and jitter. A publish
// waits for its acknowledgement, up to a second; then the connection is dropped and made anew. Connecting blocks as
// TlsClient::open() says, and up to 5 s more for a broker that is slow to answer.
#pragma once

#include <array>

#include <MQTT.h>

#include "firmware-esp/src/esp8266/tls_client.h"
#include "firmware-esp/src/esp8266/wifi.h"
#include "firmware-esp/src/hal.h"
#include "firmware-esp/src/net/backoff.h"
#include "proto/topics.h"

namespace flotilla {

class EspMqtt final : public hal::Mqtt {
 public:
  // All must outlive it.
  EspMqtt(EspWifi& wifi, TlsClient& tls, hal::Clock& clock, hal::Random& random);

  // Once, before the first poll().
  void begin(std::string_view device_id);
  // Gives the memory of the connection away, and takes it again. Paused it is Unreachable: nobody's fault.
  void pause();
  void resume();

  void poll() override;
  hal::Link link() override { return link_; }
  std::uint16_t publish(std::string_view topic, ByteView payload) override;
  std::uint16_t acknowledged() override { return acknowledged_; }
  bool receive(ByteView& payload) override;
  std::uint32_t session() override { return session_; }
  void disconnect() override;

 private:
  static void on_message(MQTTClient* client, char* topic, char* bytes, int length);
  void take(const char* bytes, std::size_t size);
  void network_is_back();
  void connect();
  bool log_in();
  void drop(hal::Link link);

  // More than the largest envelope of a command, so that a larger one is refused by its content.
  static constexpr std::size_t kInbox = kMaxSignedInstall + 64;

  EspWifi& wifi_;
  TlsClient& tls_;
  hal::Clock& clock_;
  hal::Random& random_;
  MQTTClient client_;
  Backoff backoff_;
  DeviceId id_;
  Topic command_topic_;
  Topic presence_topic_;
  hal::Link link_ = hal::Link::NoNetwork;
  bool paused_ = false;
  bool held_ = false;    // a message is in the inbox
  bool handed_ = false;  // ... and the agent looks at it
  bool missed_ = false;  // another came meanwhile: commands are retained, a new subscription brings it back
  std::uint16_t acknowledged_ = 0;
  std::uint32_t session_ = 0;
  std::size_t inbox_size_ = 0;
  std::array<std::uint8_t, kInbox> inbox_{};
};

}  // namespace flotilla
