// A flash whose processor stops after a number of operations.
#pragma once

#include "firmware-esp/src/hal.h"

namespace flotilla {

struct Reset {};

// Throws Reset instead of the operation after `operations` ones.
class FlashUntilReset : public hal::Flash {
 public:
  FlashUntilReset(hal::Flash& flash, unsigned operations) : flash_(flash), left_(operations) {}
  bool read(std::uint32_t address, std::uint8_t* out, std::size_t size) override {
    return flash_.read(address, out, size);
  }
  bool write(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) override {
    count();
    return flash_.write(address, bytes, size);
  }
  bool erase_sector(std::uint32_t address) override {
    count();
    if (address == 0) ++bootloader_erased;
    return flash_.erase_sector(address);
  }
  std::uint32_t size() override { return flash_.size(); }

  [[nodiscard]] unsigned left() const { return left_; }

  unsigned bootloader_erased = 0;

 private:
  void count() {
    if (left_ == 0) throw Reset{};
    --left_;
  }
  hal::Flash& flash_;
  unsigned left_;
};

}  // namespace flotilla
