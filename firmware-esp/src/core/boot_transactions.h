// The agent's side of the boot journal (firmware-esp/bootloader/boot_journal.h): orders an image, confirms or rejects it.
// The bootloader does the rest at the next reset. No heap; one thread.
#pragma once

#include <cstdint>

#include "common/flash_map.h"
#include "firmware-esp/bootloader/boot_journal.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

// Where the journal and the slots lie; tests use a smaller flash.
struct BootMap {
  std::uint32_t journal[2] = {flash_map::kBootJournal, flash_map::kBootJournal + flash_map::kSector};
  std::uint32_t slot_image[2] = {flash_map::kSlotImage[0], flash_map::kSlotImage[1]};
};

// What the newest transaction says.
enum class BootState : std::uint8_t {
  None,       // there is none
  Pending,    // ordered, not yet copied
  Trial,      // the new image was copied and is not confirmed
  Confirmed,  // the new image is to stay
  Reverting,  // on the way back to the old one
  Reverted,   // the old image is back
};

// The bootloader in sector 0 is ours and keeps this journal. false also where the flash cannot be read.
[[nodiscard]] bool has_power_safe_bootloader(hal::Flash& flash);

class BootTransactions {
 public:
  BootTransactions(hal::Flash& flash, const BootMap& map) : flash_(flash), map_(map) {}

  [[nodiscard]] BootState state();
  // The newest order failed its trial or is on it, and keep() was not called since: an order that arm() was to place, and
  // that a cut prevented, is not taken for one that was tried.
  [[nodiscard]] bool tried();

  // Each is durable when it returns true; false leaves what was there in force. arm() reads both images once, keep() one:
  // a quarter of a second for 1 MB on the chip.
  [[nodiscard]] bool arm(const hal::BootOrder& order);
  [[nodiscard]] bool confirm();
  [[nodiscard]] bool keep(std::uint8_t slot, std::uint32_t length);

 private:
  struct Newest {
    boot_transaction body{};
    std::uint32_t sector = 0;  // 0: there is none
  };

  std::uint32_t word(std::uint32_t address);
  bool is_set(const Newest& newest, std::uint32_t mark) { return word(newest.sector + mark) != 0xFFFFFFFF; }
  bool set(std::uint32_t address);
  Newest newest();
  BootState state_of(const Newest& newest);
  bool describe(std::uint8_t slot, std::uint32_t length, boot_image& out);
  bool write(const Newest& before, boot_transaction& body, bool settled);

  hal::Flash& flash_;
  BootMap map_;
};

}  // namespace flotilla
