#include "firmware-esp/src/esp8266/wifi.h"

#include <ESP8266WiFi.h>

namespace flotilla {
namespace {

constexpr std::uint64_t kBeginAnewMs = 30'000;

}  // namespace

void EspWifi::begin(const Provisioning& provisioning) {
  ssid_ = provisioning.wifi_ssid;
  password_ = provisioning.wifi_password;
  WiFi.persistent(false);
  WiFi.mode(WIFI_STA);
  WiFi.setAutoReconnect(true);
  WiFi.hostname(provisioning.device_id.c_str());
  WiFi.begin(ssid_.c_str(), password_.c_str());
  up_ms_ = clock_.monotonic_ms();
}

void EspWifi::poll() {
  const std::uint64_t now = clock_.monotonic_ms();
  if (up()) {
    up_ms_ = now;
  } else if (now - up_ms_ >= kBeginAnewMs) {
    up_ms_ = now;
    WiFi.disconnect();
    WiFi.begin(ssid_.c_str(), password_.c_str());
  }
}

bool EspWifi::up() const { return WiFi.status() == WL_CONNECTED; }

}  // namespace flotilla
