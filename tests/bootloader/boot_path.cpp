#include "tests/bootloader/boot_path.h"

#include <array>
#include <utility>

namespace flotilla::bootloader_test {
namespace {

struct Context {
  NorCells& cells;
  RtcMemory& rtc;
};

NorCells& cells_of(void* context) { return static_cast<Context*>(context)->cells; }

bool read(void* context, std::uint32_t address, std::uint32_t* out, std::uint32_t size) {
  cells_of(context).read(address, out, size);
  return true;
}
bool program(void* context, std::uint32_t address, const std::uint32_t* words, std::uint32_t size) {
  cells_of(context).program(address, words, size);
  return true;
}
bool erase(void* context, std::uint32_t address) {
  cells_of(context).erase(address, true);
  return true;
}
void nothing(void* /*context*/) {}
void say(void* /*context*/, char /*c*/) {}
bool take_wake_token(void* context) { return std::exchange(static_cast<Context*>(context)->rtc.wake_token, false); }

constexpr boot_map kMap = {kSector, kImage, kImageMax, {kJournal[0], kJournal[1]}};

}  // namespace

boot_outcome run_bootloader(Prepare prepare, NorCells& cells, RtcMemory& rtc) {
  Context context{cells, rtc};
  const boot_platform platform = {&context, read, program, erase, nothing, nothing, say, take_wake_token};
  boot state;
  std::memset(&state, 0xA5, sizeof state);  // the chip's RAM holds anything
  state.map = &kMap;
  state.platform = &platform;
  return prepare(&state);
}

void run_stock_eboot(NorCells& cells, RtcMemory& rtc) {
  if (!rtc.copy_command) return;
  std::array<std::uint8_t, kSector> sector;
  for (std::uint32_t at = 0; at < rtc.copy_command->size; at += kSector) {
    cells.read(rtc.copy_command->source + at, sector.data(), kSector);
    cells.erase(kImage + at, true);
    cells.program(kImage + at, sector.data(), kSector);
  }
  rtc.copy_command.reset();
}

}  // namespace flotilla::bootloader_test
