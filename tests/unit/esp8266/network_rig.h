// The ESP8266's connections as a node holds them, over the stand-in for the core.
#pragma once

#include <string>

#include "firmware-esp/src/esp8266/download.h"
#include "firmware-esp/src/esp8266/mqtt.h"
#include "tests/fakes/arduino/fake_core.h"

namespace flotilla {

class FixedRandom final : public hal::Random {
 public:
  std::uint32_t next() override { return 0; }
};

struct NetworkRig {
  NetworkRig() {
    servers.name = FixedString<63>("pi.fleet");
    tls.set_identity(identity, 8883);
    download_tls.set_identity(identity, 8443);
    for (const char* address : {"10.0.0.1", "pi.lan"})
      EXPECT_TRUE(servers.addresses.push_back(FixedString<63>(address)));
    core.hosts = {{"10.0.0.1", true}, {"pi.lan", true}};
    mqtt.begin("roof-1");
    download.set_port(8443);
    provisioning.wifi_ssid = FixedString<32>("attic");
    wifi.begin(provisioning);
    core.packets.clear();
  }

  void pass(std::uint64_t ms) { core.micros += ms * 1000; }
  // Polls until connected, over the spread of the first attempt.
  void connect() {
    core.wifi_up = true;
    for (int i = 0; i < 5 && mqtt.link() != hal::Link::Up; ++i) mqtt.poll();
  }
  std::string sent() {
    std::string all;
    for (const auto& packet : core.packets) all += packet + "\n";
    core.packets.clear();
    return all;
  }

  fake_core::Core& core = fake_core::reset();
  EspClock clock;
  FixedRandom random;
  TrustedTime time{clock};
  Provisioning provisioning;
  EspWifi wifi{clock};
  Servers servers;
  TlsIdentity identity;
  TlsClient tls{servers, time};
  TlsClient download_tls{servers, time};
  EspMqtt mqtt{wifi, tls, clock, random};
  EspDownload download{servers, download_tls, mqtt, clock};
};

}  // namespace flotilla
