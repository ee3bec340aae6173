// NOR flash in memory: erasing sets a sector to ones, writing only clears bits. Counts its operations (a write or an
// erase) and can lose power in any of them, which leaves one of several kinds of damage.
#pragma once

#include <cstring>
#include <functional>
#include <set>
#include <vector>

#include "common/flash_map.h"
#include "firmware-esp/src/hal.h"
#include "tests/fakes/late_journal.h"

namespace flotilla::fakes {

// How far an operation came before the power went away.
enum class Damage : std::uint8_t {
  None,       // not begun
  FirstHalf,  // the first half of its bytes is done
  LastHalf,   // the last half: the order within a page is the chip's own
  Speckled,   // of the bits that were to change, about half did
  Zeros,      // an erase: the chip programs everything to 0 before it erases
  Done,       // all of it, but nobody was told
};
inline constexpr const char* kDamageNames[] = {"none", "first half", "last half", "speckled", "zeros", "done"};

struct Operation {
  enum class Kind : std::uint8_t { Write, Erase, Other };  // Other: something durable beside the flash
  Kind kind = Kind::Other;
  std::uint32_t address = 0;
  const std::uint8_t* bytes = nullptr;  // of a write
  std::size_t size = 0;
};

class DeviceFlash final : public hal::Flash {
 public:
  explicit DeviceFlash(std::uint32_t size = flash_map::kFlashSize)
      : bytes_(size, 0xFF), touched_(size / flash_map::kSector) {}

  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override {
    if (dead_ || !fits(address, size) || address == unreadable) return false;
    std::memcpy(out, bytes_.data() + address, size);
    return true;
  }
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override {
    if (!fits(address, size) || unwritable.count(address) != 0) return false;
    if (!perform({Operation::Kind::Write, address, bytes, size})) return false;
    if (address == corrupt_at) bytes_[address] = static_cast<std::uint8_t>(bytes_[address] ^ 0x01);
    return true;
  }
  bool erase_sector(std::uint32_t address) override {
    if (address % flash_map::kSector != 0 || !fits(address, flash_map::kSector)) return false;
    const std::uint32_t twin = address ^ flash_map::kSlot[0] ^ flash_map::kSlot[1];
    const bool in_slot = address >= flash_map::kSlot[1] && address < flash_map::kSlot[1] + flash_map::kSlotSize;
    if (overlapping_slots && in_slot) std::memset(at(twin), 0xFF, flash_map::kSector);
    return perform({Operation::Kind::Erase, address, nullptr, flash_map::kSector});
  }
  std::uint32_t size() override { return static_cast<std::uint32_t>(bytes_.size()); }

  // For durable things beside the flash: false when power is or goes away before it is done.
  bool begin_operation() { return perform({}); }

  // The n-th operation from now on, 1-based, is cut.
  void cut_at(std::size_t n, Damage damage) {
    cut_at_ = operations_ + n;
    damage_ = damage;
  }
  void power_on() {
    dead_ = false;
    cut_at_ = 0;
  }
  [[nodiscard]] bool dead() const { return dead_; }
  [[nodiscard]] std::size_t operations() const { return operations_; }

  // What a cut operation leaves.
  void apply(const Operation& operation, Damage damage) {
    if (operation.kind == Operation::Kind::Other || damage == Damage::None) return;
    touched_[operation.address / flash_map::kSector] = true;
    touched_[(operation.address + operation.size - 1) / flash_map::kSector] = true;
    const bool erases = operation.kind == Operation::Kind::Erase;
    if (!erases) count_bad_writes(operation);
    const std::size_t half = operation.size / 2;
    const std::size_t begin = damage == Damage::LastHalf ? half : 0;
    const std::size_t end = damage == Damage::FirstHalf ? half : operation.size;
    for (std::size_t i = begin; i < end; ++i) {
      auto& byte = bytes_[operation.address + i];
      const std::uint8_t wanted = erases ? (damage == Damage::Zeros ? 0x00 : 0xFF) : operation.bytes[i];
      const auto whole = erases ? wanted : static_cast<std::uint8_t>(byte & wanted);
      const std::uint8_t late = damage == Damage::Speckled ? noise() : std::uint8_t{0};
      byte = static_cast<std::uint8_t>((whole & ~late) | (byte & late));
    }
    if (plant == Plant::NoCrc && damage != Damage::Done && !erases) forge_record_crc(operation, bytes_);
  }

  // Takes over the other's content as a power cut in its next operation would leave it, were that not begun.
  void become(const DeviceFlash& other) {
    for (std::size_t sector = 0; sector < touched_.size(); ++sector) {
      if (!touched_[sector] && !other.touched_[sector]) continue;
      const std::size_t at = sector * flash_map::kSector;
      std::memcpy(bytes_.data() + at, other.bytes_.data() + at, flash_map::kSector);
      touched_[sector] = true;
    }
    late_ = other.late_;
    operations_ = other.operations_;
    noise_ = static_cast<std::uint32_t>(operations_ * 2 + 1);
    late_.lose(operations_ + 1, bytes_);
    unerased_writes = strays = 0;
    power_on();
  }

  // Without counting, for tests that look or prepare.
  std::uint8_t* at(std::uint32_t address) {
    touched_[address / flash_map::kSector] = true;
    return bytes_.data() + address;
  }
  [[nodiscard]] const std::uint8_t* look(std::uint32_t address) const { return bytes_.data() + address; }
  void place(std::uint32_t address, const void* content, std::size_t size) {
    for (std::size_t i = 0; i < size; i += flash_map::kSector) touched_[(address + i) / flash_map::kSector] = true;
    if (size != 0) touched_[(address + size - 1) / flash_map::kSector] = true;
    std::memcpy(bytes_.data() + address, content, size);
  }

  std::function<void(const Operation&)> before_operation;  // is told of each before it is done
  std::function<bool(std::uint32_t)> allowed;              // where the device may write; none: anywhere
  std::uint32_t corrupt_at = 0xFFFFFFFF;                   // a write that begins there flips a bit
  std::uint32_t unreadable = 0xFFFFFFFF;                   // a read that begins there fails
  std::set<std::uint32_t> unwritable;                      // writes that begin there fail
  int unerased_writes = 0;                                 // bytes that needed an erase first
  int strays = 0;                                          // operations outside of what is allowed
  Plant plant = Plant::None;
  bool overlapping_slots = false;  // a planted fault: erasing in the second slot erases in the first as well

 private:
  bool fits(std::uint32_t address, std::size_t size) const {
    return address % 4 == 0 && size % 4 == 0 && address <= bytes_.size() && size <= bytes_.size() - address;
  }

  bool perform(const Operation& operation) {
    if (dead_) return false;
    if (operation.kind != Operation::Kind::Other && operation.size == 0) return true;
    if (before_operation) before_operation(operation);
    if (operation.kind != Operation::Kind::Other && allowed && !allowed(operation.address)) ++strays;
    ++operations_;
    dead_ = operations_ == cut_at_;
    if (dead_) late_.lose(operations_, bytes_);
    if (plant == Plant::LateJournal || plant == Plant::HeaderFirst) late_.note(operation, operations_, plant, bytes_);
    apply(operation, dead_ ? damage_ : Damage::Done);
    return !dead_;
  }

  void count_bad_writes(const Operation& operation) {
    for (std::size_t i = 0; i < operation.size; ++i) {
      if ((bytes_[operation.address + i] & operation.bytes[i]) != operation.bytes[i]) ++unerased_writes;
    }
  }

  std::uint8_t noise() {
    noise_ = noise_ * 1664525 + 1013904223;
    return static_cast<std::uint8_t>(noise_ >> 24);
  }

  std::vector<std::uint8_t> bytes_;
  std::vector<bool> touched_;  // sectors that may differ from those of a new flash
  LateJournal late_;
  std::size_t operations_ = 0;
  std::size_t cut_at_ = 0;
  Damage damage_ = Damage::None;
  std::uint32_t noise_ = 1;
  bool dead_ = false;
};

}  // namespace flotilla::fakes
