#include <cstring>
#include <eboot_command.h>

extern "C" int eboot_command_read(struct eboot_command* command) {
  std::memcpy(command, RTC_MEM, sizeof *command);
  const auto* bytes = reinterpret_cast<const unsigned char*>(command);
  std::uint32_t crc = 0xffffffff;
  for (std::size_t i = 0; i < sizeof *command - 4; ++i) {
    for (int bit = 7; bit >= 0; --bit) {
      const bool one = (crc >> 31 != 0) != ((bytes[i] >> bit & 1) != 0);
      crc = crc << 1 ^ (one ? 0x04c11db7U : 0U);
    }
  }
  return (command->magic & 0xfffff000U) == EBOOT_MAGIC && command->crc32 == crc ? 0 : 1;
}
