#include "firmware-esp/virtual/rtc_memory.h"

#include <algorithm>

#include "common/crc32.h"
#include "firmware-esp/bootloader/boot_journal.h"
#include "firmware-esp/virtual/files.h"
#include "firmware-esp/virtual/little_endian.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kMagic = 0xEB001000;  // eboot's own
constexpr std::uint32_t kActionCopyRaw = 1;

}  // namespace

bool RtcMemory::had_power() const { return file_exists(path_); }

RtcMemory::Content RtcMemory::content() const {
  Content content{};
  if (!had_power()) return content;
  const auto bytes = read_file(path_);
  if (bytes.size() == kBytes) std::copy(bytes.begin(), bytes.end(), content.begin());
  return content;
}

void RtcMemory::power_on() { write_file(path_, Content{}); }

bool RtcMemory::load(CopyCommand& command) const {
  const Content bytes = content();
  if (load_u32(bytes.data()) != kMagic || load_u32(bytes.data() + 4) != kActionCopyRaw) return false;
  if (crc32(ByteView(bytes.data(), kCommandBytes - 4)) != load_u32(bytes.data() + kCommandBytes - 4)) return false;
  command = {load_u32(bytes.data() + 8), load_u32(bytes.data() + 12), load_u32(bytes.data() + 16)};
  return true;
}

void RtcMemory::store(const CopyCommand& command) {
  Content bytes = content();
  store_u32(bytes.data(), kMagic);
  store_u32(bytes.data() + 4, kActionCopyRaw);
  store_u32(bytes.data() + 8, command.source);
  store_u32(bytes.data() + 12, command.target);
  store_u32(bytes.data() + 16, command.size);
  store_u32(bytes.data() + kCommandBytes - 4, crc32(ByteView(bytes.data(), kCommandBytes - 4)));
  write_file(path_, bytes);
}

void RtcMemory::clear() {
  Content bytes = content();
  std::fill_n(bytes.begin(), kCommandBytes, std::uint8_t{0});
  write_file(path_, bytes);
}

void RtcMemory::plan_wake() {
  Content bytes = content();
  store_u32(bytes.data() + kCommandBytes, BOOT_WAKE_TOKEN);
  store_u32(bytes.data() + kCommandBytes + 4, ~BOOT_WAKE_TOKEN);
  write_file(path_, bytes);
}

bool RtcMemory::take_wake_token() {
  Content bytes = content();
  const bool found = load_u32(bytes.data() + kCommandBytes) == BOOT_WAKE_TOKEN &&
                     load_u32(bytes.data() + kCommandBytes + 4) == ~BOOT_WAKE_TOKEN;
  if (!found) return false;
  std::fill(bytes.begin() + kCommandBytes, bytes.end(), std::uint8_t{0});
  write_file(path_, bytes);
  return true;
}

}  // namespace flotilla
