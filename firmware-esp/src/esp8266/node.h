// The device as a sketch sees it: provisioned, connected, reporting and kept up to date by the fleet's daemon.
//
//   #include <Flotilla.h>
//   flotilla::Node node({.version = "1.2.0"});
//   void setup() { node.begin(); }
//   void loop() { node.loop(); }
//
// loop() returns within milliseconds, but: an erase of a flash sector takes up to 0.4 s, a publish waits up to 1 s for the
// broker's answer, a signature takes 0.5 s, and making a TLS connection 1-3 s (a server that falls silent: 15 s). The
// watchdog is fed meanwhile and Wi-Fi goes on, the sketch does not: what must not wait belongs into a Ticker or interrupt.
#pragma once

#include <Arduino.h>

#include "firmware-esp/src/chip/build_time.h"
#include "firmware-esp/src/chip/led.h"
#include "firmware-esp/src/core/agent.h"
#include "firmware-esp/src/esp8266/boot.h"
#include "firmware-esp/src/esp8266/crypto.h"
#include "firmware-esp/src/esp8266/download.h"
#include "firmware-esp/src/esp8266/flash.h"
#include "firmware-esp/src/esp8266/mqtt.h"

namespace flotilla {

struct NodeConfig {
  const char* version = "0.0.0";                  // of the sketch: semantic versioning, as in the release's manifest
  std::uint64_t built = build_seconds(__DATE__);  // seconds since 1970; the clock never shows less
  unsigned long baud = 115200;                    // of Serial; 0: the sketch begins Serial itself
  bool quiet = false;                             // says nothing over Serial
  int led_pin = -1;                               // shows the patterns of chip/led.h; -1: none
  bool led_low_is_lit = true;                     // as with the LEDs on the usual boards
  std::uint32_t sleep_seconds = 0;                // of a device that sleeps between two reports; 0: it stays awake
  std::uint32_t download_bytes_per_second = 0;    // at most; 0: as fast as it comes
};

// One per sketch, as a global object. Everything is called from setup() and loop().
class Node : private Application {
 public:
  explicit Node(const NodeConfig& config);

  // Reads the provisioning, starts Wi-Fi and the agent; does not wait for the network. false, with the reason over Serial:
  // the board is not provisioned, or cannot be updated with this flash layout; the sketch runs all the same.
  bool begin();
  // As often as possible.
  void loop();

  // On sensors/<device id>/<name>, QoS 1. true: the broker has it. false: not connected, or a name that is no topic.
  bool publish(const char* name, const char* text);
  bool publish(const char* name, double value, unsigned decimals = 2);

  // Asked again and again while a new image is on trial, until the answer is not Pending. Without one: Passed.
  void on_self_test(SelfTestResult (*test)()) { self_test_ = test; }
  // A short reason to put an accepted update off ("pump running"); nullptr or "": none. Asked before download and restart.
  void on_not_now(const char* (*reason)()) { not_now_ = reason; }
  // A short reason to refuse an update that is ordered now ("battery at 9 %"); nullptr or "": none.
  void on_unfit(const char* (*reason)()) { unfit_ = reason; }
  // A value for the heartbeat; a second one of the same name replaces the first. false: there are kMaxHealth others.
  bool health(const char* name, float value);

  [[nodiscard]] bool managed() const { return agent_ != nullptr; }  // begin() was true
  [[nodiscard]] bool online();                                      // connected to the broker
  [[nodiscard]] std::string_view device_id() const { return board_.device_id.view(); }
  [[nodiscard]] bool updating() const;  // from an order's acceptance to the end of the trial

  // Nothing is under way that a deep sleep would disturb, and this wake's report was heard, after a retained order had its
  // chance to come. true for an unmanaged board. A sketch that limits its time awake may sleep without it: what is under
  // way goes on at the next wake.
  [[nodiscard]] bool may_sleep() const;
  // Says "offline" and sleeps, at most some 3.5 h; the wake is a reset, for which GPIO16 must be wired to RST.
  [[noreturn]] void sleep(std::uint32_t seconds);

 private:
  SelfTestResult self_test() override;
  std::string_view not_now() override;
  std::string_view unfit() override;
  void health(FixedVector<HealthValue, kMaxHealth>& values) override { values = health_; }
  void log(std::string_view line) override;

  void say(const __FlashStringHelper* text, std::string_view detail = {});
  void say_who();
  bool set_up();
  bool load();
  void begin_network(const Provisioning& provisioning);
  void tell_link();
  void tell_progress();
  void show();
  [[nodiscard]] LedPattern pattern();
  [[nodiscard]] hal::Ports ports();

  NodeConfig config_;
  EspFlash flash_;
  EspBoot boot_;
  EspCrypto crypto_;
  EspClock clock_;
  EspRandom random_;
  TrustedTime time_;
  EspWifi wifi_;
  Servers servers_;
  TlsIdentity identity_;
  TlsClient mqtt_tls_;
  TlsClient download_tls_;
  EspMqtt mqtt_;
  EspDownload download_;
  Board board_;
  Agent* agent_ = nullptr;  // in agent_storage()
  SelfTestResult (*self_test_)() = nullptr;
  const char* (*not_now_)() = nullptr;
  const char* (*unfit_)() = nullptr;
  FixedVector<HealthValue, kMaxHealth> health_;
  FixedString<63> ntp_host_;  // the SDK keeps a pointer to it
  hal::Link told_link_ = hal::Link::NoNetwork;
  std::uint8_t told_tenth_ = 0;  // of a download
  std::uint64_t reminded_ms_ = 0;
  const char* problem_ = nullptr;  // why it is unmanaged
};

}  // namespace flotilla
