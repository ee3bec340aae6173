#include "firmware-esp/src/chip/eboot_command.h"

#include "common/flash_map.h"

namespace flotilla {
namespace {

std::uint32_t checksum(const EbootCommand& command) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (std::size_t i = 0; i + 1 < command.size(); ++i) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      crc ^= (command[i] >> shift & 0xFF) << 24;
      for (int bit = 0; bit < 8; ++bit) crc = crc << 1 ^ ((crc & 0x80000000) != 0 ? 0x04c11db7U : 0U);
    }
  }
  return crc;
}

}  // namespace

EbootCommand copy_slot_command(std::uint32_t slot, std::uint32_t image_size) {
  EbootCommand command{kEbootMagic, kEbootCopyRaw, slot, 0, flash_map::kSector + image_size};
  command.back() = checksum(command);
  return command;
}

}  // namespace flotilla
