// The RTC memory's first blocks as a small file: eboot's copy command. It survives a reset (and a killed process), not a
// power cut: removing the file is one.
#pragma once

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
  void power_on();  // makes the file, without a command

  // false when there is no command, or one whose CRC does not fit.
  [[nodiscard]] bool load(CopyCommand& command) const;
  void store(const CopyCommand& command);
  void clear();

 private:
  std::string path_;
};

}  // namespace flotilla
