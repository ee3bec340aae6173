#include "firmware-esp/src/esp8266/flash.h"

#include <Arduino.h>

#include "common/flash_map.h"

namespace flotilla {

std::uint32_t EspFlash::size() {
  if (size_ == 0) {
    const std::uint32_t chip = ESP.getFlashChipRealSize();
    const std::uint32_t header = ESP.getFlashChipSize();
    size_ = chip < header ? chip : header;
  }
  return size_;
}

bool EspFlash::within(std::uint32_t address, std::size_t bytes) {
  return address % 4 == 0 && bytes % 4 == 0 && bytes <= size() && address <= size() - bytes;
}

bool EspFlash::read(std::uint32_t address, std::uint8_t* out, std::size_t size) {
  ESP.wdtFeed();
  return within(address, size) && ESP.flashRead(address, out, size);
}

bool EspFlash::write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) {
  ESP.wdtFeed();
  return address >= flash_map::kImage && within(address, size) && ESP.flashWrite(address, bytes, size);
}

bool EspFlash::erase_sector(std::uint32_t address) {
  ESP.wdtFeed();
  return address >= flash_map::kImage && address % flash_map::kSector == 0 && within(address, flash_map::kSector) &&
         ESP.flashEraseSector(address / flash_map::kSector);
}

}  // namespace flotilla
