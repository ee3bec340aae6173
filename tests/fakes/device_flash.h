// NOR flash in memory: erasing sets a sector to ones, writing only clears bits. Counts its operations (a write or an
// erase) and can lose power in any of them: half of it is done, and nothing works until power_on().
#pragma once

#include <cstring>
#include <vector>

#include "common/flash_map.h"
#include "firmware-esp/src/hal.h"

namespace flotilla::fakes {

enum class CutMode { BeforeIt, HalfDone };

class DeviceFlash final : public hal::Flash {
 public:
  explicit DeviceFlash(std::uint32_t size = flash_map::kFlashSize) : bytes_(size, 0xFF) {}

  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override {
    if (dead_ || !fits(address, size) || address == unreadable) return false;
    std::memcpy(out, bytes_.data() + address, size);
    return true;
  }

  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override {
    if (!fits(address, size)) return false;
    const std::size_t done = begin_operation() ? size : (mode_ == CutMode::HalfDone && just_cut_ ? size / 2 : 0);
    for (std::size_t i = 0; i < done; ++i) {
      auto& byte = bytes_[address + i];
      if ((byte & bytes[i]) != bytes[i]) ++unerased_writes;
      byte = static_cast<std::uint8_t>(byte & bytes[i]);
    }
    if (address == corrupt_at && !dead_) bytes_[address] = static_cast<std::uint8_t>(bytes_[address] ^ 0x01);
    return !dead_;
  }

  bool erase_sector(std::uint32_t address) override {
    if (address % flash_map::kSector != 0 || !fits(address, flash_map::kSector)) return false;
    const std::size_t whole = flash_map::kSector;
    const std::size_t done = begin_operation() ? whole : (mode_ == CutMode::HalfDone && just_cut_ ? whole / 2 : 0);
    std::memset(bytes_.data() + address, 0xFF, done);
    return !dead_;
  }

  std::uint32_t size() override { return static_cast<std::uint32_t>(bytes_.size()); }

  // For durable things beside the flash: false when power is or goes away before it is done.
  bool begin_operation() {
    just_cut_ = false;
    if (dead_) return false;
    ++operations_;
    if (operations_ != cut_at_) return true;
    dead_ = just_cut_ = true;
    return false;
  }

  // The n-th operation from now on, 1-based, is cut.
  void cut_at(std::size_t n, CutMode mode) {
    cut_at_ = operations_ + n;
    mode_ = mode;
  }
  void power_on() {
    dead_ = false;
    cut_at_ = 0;
  }
  [[nodiscard]] bool dead() const { return dead_; }
  [[nodiscard]] std::size_t operations() const { return operations_; }

  // Without counting, for tests that look or prepare.
  std::uint8_t* at(std::uint32_t address) { return bytes_.data() + address; }
  void place(std::uint32_t address, const void* content, std::size_t size) {
    std::memcpy(bytes_.data() + address, content, size);
  }

  std::uint32_t corrupt_at = 0xFFFFFFFF;  // a write that begins there flips a bit
  std::uint32_t unreadable = 0xFFFFFFFF;  // a read that begins there fails
  int unerased_writes = 0;                // bytes that needed an erase first

 private:
  bool fits(std::uint32_t address, std::size_t size) const {
    return address % 4 == 0 && size % 4 == 0 && address <= bytes_.size() && size <= bytes_.size() - address;
  }

  std::vector<std::uint8_t> bytes_;
  std::size_t operations_ = 0;
  std::size_t cut_at_ = 0;
  CutMode mode_ = CutMode::BeforeIt;
  bool dead_ = false;
  bool just_cut_ = false;
};

}  // namespace flotilla::fakes
