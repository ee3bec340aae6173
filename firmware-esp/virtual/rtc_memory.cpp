#include "firmware-esp/virtual/rtc_memory.h"

#include <array>

#include "common/crc32.h"
#include "firmware-esp/virtual/files.h"
#include "firmware-esp/virtual/little_endian.h"

namespace flotilla {
namespace {

// magic, action, source, target, size, CRC-32 over everything before it; each a little-endian u32.
constexpr std::size_t kBytes = 24;
constexpr std::uint32_t kMagic = 0xEB001000;  // eboot's own
constexpr std::uint32_t kActionCopyRaw = 1;

}  // namespace

bool RtcMemory::had_power() const { return file_exists(path_); }

void RtcMemory::power_on() { clear(); }

bool RtcMemory::load(CopyCommand& command) const {
  if (!had_power()) return false;
  const auto bytes = read_file(path_);
  if (bytes.size() != kBytes || load_u32(bytes.data()) != kMagic || load_u32(bytes.data() + 4) != kActionCopyRaw) {
    return false;
  }
  if (crc32(ByteView(bytes.data(), kBytes - 4)) != load_u32(bytes.data() + kBytes - 4)) return false;
  command = {load_u32(bytes.data() + 8), load_u32(bytes.data() + 12), load_u32(bytes.data() + 16)};
  return true;
}

void RtcMemory::store(const CopyCommand& command) {
  std::array<std::uint8_t, kBytes> bytes{};
  store_u32(bytes.data(), kMagic);
  store_u32(bytes.data() + 4, kActionCopyRaw);
  store_u32(bytes.data() + 8, command.source);
  store_u32(bytes.data() + 12, command.target);
  store_u32(bytes.data() + 16, command.size);
  store_u32(bytes.data() + kBytes - 4, crc32(ByteView(bytes.data(), kBytes - 4)));
  write_file(path_, bytes);
}

void RtcMemory::clear() { write_file(path_, std::array<std::uint8_t, kBytes>{}); }

}  // namespace flotilla
