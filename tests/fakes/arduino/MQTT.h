// See fake_core.h. As arduino-mqtt does, a failure closes the connection, and messages arrive while an answer is awaited.
#pragma once

#include <WiFiClientSecureBearSSL.h>
#include <string>

class MQTTClient {
 public:
  using Callback = void (*)(MQTTClient* client, char* topic, char* bytes, int length);

  MQTTClient(int read_buffer, int) : read_buffer_(static_cast<std::size_t>(read_buffer)) {}
  void begin(BearSSL::WiFiClientSecureCtx& client) { client_ = &client; }
  void dropOverflow(bool on) { drops_ = on; }
  void setKeepAlive(int) {}
  void setTimeout(int ms) { timeout_ms = ms; }
  void setWill(const char* topic, const char* payload, bool retained, int qos) {
    say(std::string("WILL ") + topic + "=" + payload + (retained ? " retained" : "") + " qos" + std::to_string(qos));
  }
  void onMessageAdvanced(Callback callback) { callback_ = callback; }

  bool connect(const char* id, bool skip) {
    say(std::string("CONNECT ") + id + (skip ? "" : " by itself"));
    return settle(fake_core::core().login_works);
  }
  bool subscribe(const char* topic, int qos) {
    say(std::string("SUBSCRIBE ") + topic + " qos" + std::to_string(qos));
    return settle(fake_core::core().answers);
  }
  bool publish(const char* topic, const char* payload, int length, bool retained, int qos) {
    ++id_;
    say(std::string("PUBLISH ") + topic + "=" + std::string(payload, static_cast<std::size_t>(length)) +
        (retained ? " retained" : "") + " qos" + std::to_string(qos));
    return settle(fake_core::core().answers);
  }
  bool loop() { return settle(true); }
  bool disconnect() {
    say("DISCONNECT");
    client_->stop();
    return true;
  }
  std::uint16_t lastPacketID() const { return id_; }

  void* ref = nullptr;
  int timeout_ms = 0;

 private:
  static void say(std::string packet) { fake_core::core().packets.push_back(std::move(packet)); }
  bool settle(bool good) {
    if (client_->connected() == 0) good = false;
    while (good && !fake_core::core().incoming.empty()) {
      auto message = fake_core::core().incoming.front();
      fake_core::core().incoming.pop_front();
      if (message.payload.size() + message.topic.size() + 6 > read_buffer_) {
        good = drops_;
        continue;
      }
      callback_(this, message.topic.data(), message.payload.data(), static_cast<int>(message.payload.size()));
    }
    if (!good) client_->stop();
    return good;
  }

  std::size_t read_buffer_;
  bool drops_ = false;
  std::uint16_t id_ = 0;
  BearSSL::WiFiClientSecureCtx* client_ = nullptr;
  Callback callback_ = nullptr;
};
