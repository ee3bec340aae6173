// One TLS 1.2 connection with the device's certificate. Asks the server for fragments of 1024 bytes, and then 8.4 KB of
// heap are enough; a server that does not grant them is met with full-size buffers (23.8 KB) from the next time on.
#pragma once

#include <ESP8266WiFi.h>
#include <WiFiClientSecureBearSSL.h>

#include "firmware-esp/src/esp8266/servers.h"
#include "firmware-esp/src/esp8266/small_ports.h"

namespace flotilla {

// The context class below the core's WiFiClientSecure, because only it can connect to an address and demand the name of a
// server: WiFiClientSecure::connect(IPAddress, port) takes any certificate of the authority, a device's own among them.
class TlsClient : public BearSSL::WiFiClientSecureCtx {
 public:
  enum class Outcome : std::uint8_t {
    Open,
    NextAddress,  // this address did not answer: call again for the next one
    Unreachable,  // none of the addresses answered
    Refused,      // TCP worked, the handshake did not
  };

  // Servers and time must outlive it.
  TlsClient(const Servers& servers, const TrustedTime& time);

  void set_identity(const TlsIdentity& identity, std::uint16_t port);  // the identity must outlive it as well
  // Without one every open() is Refused: the certificates of the provisioning in use could not be read.
  // Tries one address: up to a second for its name, up to a second for TCP, and then the handshake, which blocks for
  // 1-3 s at 160 MHz (a resumed one below 0.1 s; a server that falls silent: 15 s) and feeds the watchdog.
  Outcome open();
  // Full-size buffers are needed: there is not enough heap for two such connections.
  [[nodiscard]] bool wants_much_heap() const { return !small_; }
  [[nodiscard]] bool has_heap() const;  // for one more connection, now

 private:
  bool reach(const char* host);
  bool shake_hands();

  const Servers& servers_;
  const TrustedTime& time_;
  BearSSL::Session session_;
  std::uint16_t port_ = 0;
  std::size_t address_ = 0;  // the one to try; kept where it worked
  std::size_t tried_ = 0;
  bool small_ = true;
  bool has_identity_ = false;
};

}  // namespace flotilla
