// The flash port on the ESP8266, over the core's ESP.flash*. Feeds the watchdog with every operation. An erase takes up
// to 0.4 s, a write of a kilobyte some milliseconds; the chip does nothing else meanwhile.
#pragma once

#include "firmware-esp/src/hal.h"

namespace flotilla {

class EspFlash final : public hal::Flash {
 public:
  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override;
  // Refuse the bootloader's sector, whatever they are asked for.
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override;
  bool erase_sector(std::uint32_t address) override;
  // What both the chip itself and the image's header say: the SDK refuses what lies beyond the header's size.
  std::uint32_t size() override;

 private:
  bool within(std::uint32_t address, std::size_t bytes);

  std::uint32_t size_ = 0;
};

}  // namespace flotilla
