// What runs on a virtual board between two resets: the real agent on host adapters, with the fault its image has.
#pragma once

#include <cstdint>
#include <optional>

#include "firmware-esp/virtual/flash_file.h"
#include "firmware-esp/virtual/log.h"
#include "firmware-esp/virtual/stop_signal.h"
#include "firmware-esp/virtual/virtual_boot.h"
#include "firmware-esp/virtual/virtual_image.h"

namespace flotilla {

// How long a board is patient, in seconds. On roofs the defaults hold; tests cannot wait for them.
struct Patience {
  std::uint32_t config_trial = 600;  // AgentConfig::config_trial_seconds
  std::uint32_t broker = 600;        // AgentConfig::broker_patience_seconds
};

// Everything must outlive the run.
struct FirmwareContext {
  FlashFile& flash;
  VirtualBoot& boot;
  const ImageDescriptor& image;
  const DeviceLog& log;
  const StopSignal& stop;
  std::uint64_t seed = 0;  // of the random numbers of this boot
  Patience patience;
};

// From the reset to the next one. Returns why that one happens; nothing when stop was requested. Every connection is
// gone afterwards: abruptly at a reset, in order at a stop.
[[nodiscard]] std::optional<ResetReason> run_firmware(const FirmwareContext& context);

}  // namespace flotilla
