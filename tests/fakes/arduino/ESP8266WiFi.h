// See fake_core.h.
#pragma once

#include <Arduino.h>
#include <cstdint>
#include <string>

enum { WL_CONNECTED = 3, WL_DISCONNECTED = 7, WIFI_STA = 1 };

class IPAddress {
 public:
  std::string host;
};

class ESP8266WiFiClass {
 public:
  static void persistent(bool on) { fake_core::core().wifi_persistent = on; }
  static void mode(int) {}
  static void setAutoReconnect(bool) {}
  static void hostname(const char*) {}
  static void begin(const char* ssid, const char* password) {
    ++fake_core::core().wifi_begun;
    fake_core::core().wifi_ssid = ssid;
    fake_core::core().wifi_password = password;
  }
  static void disconnect() {}
  static int RSSI() { return -60; }
  static int status() { return fake_core::core().wifi_up ? WL_CONNECTED : WL_DISCONNECTED; }
  static bool hostByName(const char* name, IPAddress& out, unsigned long) {
    fake_core::core().tried.emplace_back(name);
    out.host = name;
    return fake_core::core().hosts.count(name) != 0;
  }
};
inline ESP8266WiFiClass WiFi;

class WiFiClient {
 public:
  virtual ~WiFiClient() = default;
  int connect(const IPAddress& address, std::uint16_t) {
    open_ = fake_core::core().hosts[address.host];
    return open_ ? 1 : 0;
  }
  void setTimeout(unsigned long) {}

 protected:
  bool open_ = false;
};
