// An ESP8266 as its bootloader sees it: 4 MB of flash, RAM, RTC memory, the mask ROM's functions. The bootloader's own
// binary runs in it. Flash operations can be cut: the program then goes on behind power().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "firmware-esp/src/core/boot_transactions.h"

namespace flotilla::lx106 {

using Image = std::vector<std::uint8_t>;

// What the operation leaves in which the power goes away: one erase, or one program of at most 32 bytes.
enum class Damage : std::uint8_t { Nothing, All, Prefix, RandomBits };
inline constexpr std::uint32_t kDamages = 4;
inline constexpr std::uint32_t kPage = 32;  // the mask ROM's SPIWrite programs so much at once

struct Boot {
  enum class End : std::uint8_t { Started, Reset, PowerCut };
  End end = End::Reset;      // by the bootloader itself
  std::uint32_t image = 0;   // the number that the started image reports
  std::uint32_t guards = 0;  // how often the watchdog was turned on
  std::uint32_t ticks = 0;   // without the mask ROM's functions
  std::size_t stack = 0;     // bytes
  std::string said;          // on the serial port
};

class Board {
 public:
  // An image whose code reports `number`; the rest of its bytes is by chance. As elf2bin.py makes it: first what stays in
  // flash, then code and data that are loaded. `fills_ram`: these are as large as a chip lets them be.
  [[nodiscard]] static Image make_image(std::uint32_t number, std::uint32_t size, bool fills_ram = false);

  // Flash erased but for the bootloader in sector 0, nothing planned.
  void reset_all();
  void place(std::uint32_t address, const Image& bytes);
  void erase_area(std::uint32_t address, std::uint32_t size);
  [[nodiscard]] bool holds(std::uint32_t address, const Image& bytes) const;

  // The power goes away in the n-th operation from now on (1-based; 0: it stays).
  void plan_cut(std::uint32_t operation, Damage damage, std::uint32_t seed);
  [[nodiscard]] std::uint32_t operations() const;

  // The mask ROM's read of this very address fails from now on.
  void fail_read_of(std::uint32_t address);

  // A reset, as the mask ROM does it: loads sector 0 and jumps to it. RTC memory is lost only with the power.
  [[nodiscard]] Boot boot(bool power_was_off);
  void leave_wake_token();
  // To the image that was started.
  [[nodiscard]] bool tells_of_a_wake() const;

  // Does what an image would do while it runs. false: the power went away.
  template <typename F>
  bool power(F&& f) {
    using Function = std::remove_reference_t<F>;
    return run_until_cut([](void* context) { (*static_cast<Function*>(context))(); }, &f);
  }

  // The rules that were broken so far: what a bootloader must never write, load or leave undone.
  [[nodiscard]] const std::string& broken_rules() const;

 private:
  bool run_until_cut(void (*function)(void*), void* context);
};

// The flash as the agent sees it.
class BoardFlash final : public hal::Flash {
 public:
  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override;
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override;
  bool erase_sector(std::uint32_t address) override;
  std::uint32_t size() override { return flash_map::kFlashSize; }
};

}  // namespace flotilla::lx106
