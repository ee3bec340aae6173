// Stands in for the Arduino core and its libraries, so far as the ESP8266's ports call them: what it would do is written
// into one object by the test, and what it was told is read there. No code of the core's.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

namespace fake_core {

struct Core {
  // the chip
  std::uint64_t micros = 0;
  std::vector<std::uint8_t> flash = std::vector<std::uint8_t>(0x400000, 0xFF);
  std::uint32_t flash_chip_size = 0x400000;
  std::uint32_t flash_header_size = 0x400000;
  std::array<std::uint32_t, 128> rtc{};  // user blocks; the first 32 are the bootloader's
  std::uint32_t reset_reason = 0;
  std::uint32_t free_heap = 30000;
  std::uint32_t largest_block = 0xFFFFFFFF;  // never more than what is free
  unsigned cpu_mhz = 80;
  unsigned fastest_mhz = 80;
  int watchdog_fed = 0;
  int restarts = 0;
  bool restarted_at_once = false;
  std::uint64_t slept_us = 0;
  std::string serial;
  int led = -1;
  std::string ntp_host;
  void (*timer)(void*) = nullptr;  // the SDK's, once armed
  unsigned timer_ms = 0;

  // Wi-Fi
  bool wifi_up = false;
  int wifi_begun = 0;
  std::string wifi_ssid;
  std::string wifi_password;
  bool wifi_persistent = true;

  // TCP and TLS, of the next connections
  std::map<std::string, bool> hosts;  // which answer; a name that is not in here has no address
  bool handshake_works = true;
  bool fragments_granted = true;
  int handshake_error = 0;
  std::vector<std::string> tried;
  std::string demanded_name;
  long long x509_time = 0;
  int input_buffer = 0;
  bool session_given = false;

  // an open connection that is read and written directly
  std::string to_read;
  std::string written;

  // MQTT
  bool login_works = true;
  bool answers = true;  // a publish or subscribe is acknowledged
  bool alive = true;
  std::vector<std::string> packets;  // "CONNECT id", "SUBSCRIBE topic", "PUBLISH topic=payload qos retained", ...
  struct Message {
    std::string topic;
    std::string payload;
  };
  std::deque<Message> incoming;  // delivered by the next loop(), subscribe() or publish()
};

// The one there is; a test begins with reset().
inline Core& core() {
  static Core core;
  return core;
}
inline Core& reset() { return core() = Core(); }

}  // namespace fake_core
