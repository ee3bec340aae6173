// The two copies of the provisioning in flash (proto/provisioning_block.h): which are good, which one to use, and writing a
// new block into one of them.
#pragma once

#include <array>
#include <cstdint>

#include "common/bytes.h"
#include "firmware-esp/src/hal.h"
#include "proto/provisioning_block.h"

namespace flotilla {

struct ConfigCopy {
  bool good = false;          // header, length and CRC fit
  bool unreadable = false;    // not good, because the flash could not be read
  std::uint32_t version = 0;  // of a good one
  std::uint32_t length = 0;   // of its message, in bytes
};
[[nodiscard]] ConfigCopy inspect_config(hal::Flash& flash, std::uint8_t copy);
// The same of a block anywhere; `capacity` is what it may have with its header.
[[nodiscard]] ConfigCopy inspect_block(hal::Flash& flash, std::uint32_t address, std::uint32_t capacity);
// false: magic or format do not fit, or the flash could not be read. Says nothing about length and CRC.
[[nodiscard]] bool read_config_header(hal::Flash& flash, std::uint32_t address, ProvisioningHeader& out);

// Where the copy's message begins.
[[nodiscard]] std::uint32_t config_message(hal::Flash& flash, std::uint8_t copy);

// Takes a good copy's magic away; the rest stays. false: the flash failed. A copy without a header is left as it is.
[[nodiscard]] bool void_config(hal::Flash& flash, std::uint8_t copy);

// Writes a block from front to back, the header last: until then the copy is not good.
class ConfigWriter {
 public:
  // Erases the copy. false: the flash failed.
  [[nodiscard]] bool begin(hal::Flash& flash, std::uint8_t copy);
  // Of the message. What does not fill a word stays in RAM until more comes or flush(). false: the flash failed or the
  // copy is full.
  [[nodiscard]] bool append(hal::Flash& flash, ByteView bytes);
  // Brings the last bytes into flash as well. More may be appended behind them.
  [[nodiscard]] bool flush(hal::Flash& flash);
  [[nodiscard]] bool finish(hal::Flash& flash, std::uint32_t version);
  [[nodiscard]] std::uint32_t size() const { return size_; }  // of the message so far
  [[nodiscard]] std::uint8_t copy() const { return copy_; }

 private:
  std::uint8_t copy_ = 0;
  std::array<std::uint8_t, 3> carry_{};  // what came beyond the last whole word
  std::uint32_t size_ = 0;
};

}  // namespace flotilla
