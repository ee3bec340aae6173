// One virtual board: a chip with its flash, its RTC memory and its bootloader, that resets as often as it must. Its files
// are <folder>/<device id>.flash, .rtc and .efuse (the chip id).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "firmware-esp/virtual/flash_file.h"
#include "firmware-esp/virtual/log.h"
#include "firmware-esp/virtual/rtc_memory.h"
#include "firmware-esp/virtual/stop_signal.h"
#include "firmware-esp/virtual/virtual_firmware.h"

namespace flotilla {

struct BoardSetup {
  std::string folder;  // exists
  std::string device_id;
  ByteView image;         // the whole .bin for a new flash; empty: there must be a flash already
  ByteView provisioning;  // both copies, for a new flash; empty: `image` is an adoption image, taken by an old firmware
  Bootloader bootloader = Bootloader::Flotilla;  // of a new flash; an old firmware's has the stock one
  std::optional<std::uint64_t> seed;
  std::chrono::milliseconds sector_time{};  // what the bootloader takes to copy a sector
  Patience patience;
};

class VirtualBoard {
 public:
  // Makes what is missing and opens the files; the views of the setup are not used afterwards. The sink must outlive the
  // board. Throws std::runtime_error.
  VirtualBoard(const BoardSetup& setup, const LogSink& sink);

  // Runs until stop is requested, through every reset; in a thread of its own.
  void run(const StopSignal& stop);

 private:
  void live(const StopSignal& stop);
  // Whether there is an image to start; `idle`: nothing was done, so that the next boot would be like this one.
  struct BootPath {
    bool starts = true;
    bool idle = true;
  };
  [[nodiscard]] BootPath boot_path();
  std::uint64_t next_seed();

  DeviceLog log_;
  RtcMemory rtc_;
  std::unique_ptr<FlashFile> flash_;
  std::uint32_t chip_id_ = 0;
  std::optional<std::uint64_t> seed_;
  std::chrono::milliseconds sector_time_;
  Patience patience_;
};

}  // namespace flotilla
