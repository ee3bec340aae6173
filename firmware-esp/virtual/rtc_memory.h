// The RTC memory as a small file: eboot's copy command and the token of a planned wake. It survives a reset (and a killed
// process), not a power cut: removing the file is one.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace flotilla {

// ACTION_COPY_RAW of the stock eboot.
struct CopyCommand {
  std::uint32_t source = 0;
  std::uint32_t target = 0;
  std::uint32_t size = 0;  // bytes
};

class RtcMemory {
 public:
  explicit RtcMemory(std::string path) : path_(std::move(path)) {}

  // Without a file, power was off.
  [[nodiscard]] bool had_power() const;
  void power_on();  // makes the file, without a command or token

  // false when there is no command, or one whose CRC does not fit.
  [[nodiscard]] bool load(CopyCommand& command) const;
  void store(const CopyCommand& command);
  void clear();

  // The token by which the next reset is a planned wake from deep sleep (bootloader/boot_journal.h).
  void plan_wake();
  [[nodiscard]] bool take_wake_token();

 private:
  // Command, its CRC-32, then the token; each field a little-endian u32.
  static constexpr std::size_t kCommandBytes = 24;
  static constexpr std::size_t kBytes = kCommandBytes + 8;
  using Content = std::array<std::uint8_t, kBytes>;
  [[nodiscard]] Content content() const;  // zeros where there is none

  std::string path_;
};

}  // namespace flotilla
