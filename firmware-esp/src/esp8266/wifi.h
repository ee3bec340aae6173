// The station: joins the provisioned network and stays in it. Nothing is written into the SDK's own flash sectors.
#pragma once

#include "common/messages.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

class EspWifi {
 public:
  explicit EspWifi(hal::Clock& clock) : clock_(clock) {}

  void begin(const Provisioning& provisioning);
  // The SDK reconnects by itself; where it has not for half a minute it is begun anew.
  void poll();
  [[nodiscard]] bool up() const;

 private:
  hal::Clock& clock_;
  FixedString<32> ssid_;
  FixedString<63> password_;
  std::uint64_t up_ms_ = 0;  // when it was last up, or begun
};

}  // namespace flotilla
