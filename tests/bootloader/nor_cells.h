// NOR flash as cells: besides its value a bit can be unstable (reads differently each time, until it is erased or
// programmed in an operation that finishes) or weak (sound now, unstable some power-ups later). Power goes away in planned
// operations, each with one kind of damage; the caller catches PowerCut. Small on purpose: hundreds of thousands of lives
// run over it.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace flotilla::bootloader_test {

enum class Damage : std::uint8_t {
  Nothing,         // the operation had not begun
  All,             // it had just finished
  Prefix,          // the first part of its bytes is done, the rest is not
  RandomBits,      // some of its bits are done, for good
  Unstable,        // all bits that it touched are unstable
  PartlyUnstable,  // some of them are; the others look as before
  DoneDecaying,    // looks done, and becomes unstable later
  UndoneDecaying,  // looks as before, and becomes unstable later
};
inline constexpr int kDamages = 8;

struct Cut {
  std::uint32_t operation = 0;  // the n-th erase or program of the life, 1-based
  Damage damage = Damage::Nothing;
};

class PowerCut : public std::exception {};
// The code under test did what it must never do.
class Forbidden : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// The map of the small flash: an image area and two slots of kImageMax bytes in sectors of kSector bytes, then the two
// sectors of the journal, which have their real size because its layout needs it.
inline constexpr std::uint32_t kSector = 256;
inline constexpr std::uint32_t kImage = 0x100;
inline constexpr std::uint32_t kImageMax = 0x400;
inline constexpr std::uint32_t kSlot[2] = {0x600, 0xA00};
inline constexpr std::uint32_t kJournal[2] = {0x1000, 0x2000};
inline constexpr std::uint32_t kJournalSector = 0x1000;
inline constexpr std::uint32_t kSize = 0x3000;
inline constexpr std::uint32_t kPage = 32;  // programmed at once by the mask ROM's SPIWrite

class NorCells {
 public:
  NorCells() { value_.fill(0xFF); }

  void read(std::uint32_t address, void* out, std::uint32_t size) {
    check(address, size);
    auto* bytes = static_cast<std::uint8_t*>(out);
    for (std::uint32_t i = 0; i < size; ++i) {
      const std::uint8_t doubtful = unstable_[address + i];
      bytes[i] = value_[address + i];
      if (doubtful != 0) bytes[i] = static_cast<std::uint8_t>((bytes[i] & ~doubtful) | (random() & doubtful));
    }
  }
  void program(std::uint32_t address, const void* in, std::uint32_t size);
  void erase(std::uint32_t address, bool by_bootloader);

  // Cuts, in rising order, count from now on.
  void plan(const std::vector<Cut>& cuts, std::uint32_t seed) {
    cuts_ = cuts;
    next_cut_ = 0;
    operations_ = 0;
    random_ = seed | 1;
  }
  // What is weak becomes unstable some power-ups after the cut that weakened it.
  void power_up() {
    if (power_ups_left_ != 0 && --power_ups_left_ == 0) decay();
  }
  void decay();

  std::uint32_t random() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 17;
    random_ ^= random_ << 5;
    return random_;
  }
  [[nodiscard]] std::uint32_t operations() const { return operations_; }
  // Solid, and equal to these bytes.
  [[nodiscard]] bool holds(std::uint32_t address, const std::vector<std::uint8_t>& bytes) const;
  // Without an operation, for what was there before the life began.
  void place(std::uint32_t address, const std::vector<std::uint8_t>& bytes) {
    std::copy(bytes.begin(), bytes.end(), value_.begin() + address);
  }
  void scribble(std::uint32_t address, std::uint32_t size) {
    for (std::uint32_t i = 0; i < size; ++i) value_[address + i] = static_cast<std::uint8_t>(random());
  }

  bool in_bootloader = false;  // who calls, for what only the agent may do

 private:
  using Cells = std::array<std::uint8_t, kSize>;

  static void check(std::uint32_t address, std::uint32_t size) {
    if (address % 4 != 0 || size % 4 != 0 || address > kSize || size > kSize - address) {
      throw Forbidden("an access outside of the flash, or not of whole words");
    }
  }
  // The damage when this operation is the one that is cut.
  bool strike(Damage& damage);
  void damage_erase(std::uint32_t at, Damage damage);
  void damage_program(std::uint32_t at, std::uint8_t clears, Damage damage);

  Cells value_{};
  Cells unstable_{};
  Cells weak_{};
  std::vector<Cut> cuts_;
  std::size_t next_cut_ = 0;
  std::uint32_t operations_ = 0;
  std::uint32_t power_ups_left_ = 0;
  std::uint32_t random_ = 1;
};

}  // namespace flotilla::bootloader_test
