#include "firmware-esp/virtual/virtual_board.h"

#include <array>
#include <exception>
#include <random>
#include <stdexcept>

#include "common/crc32.h"
#include "firmware-esp/src/core/boot_transactions.h"
#include "firmware-esp/virtual/eboot.h"
#include "firmware-esp/virtual/files.h"
#include "firmware-esp/virtual/little_endian.h"
#include "firmware-esp/virtual/virtual_bootloader.h"

namespace flotilla {
namespace {

constexpr std::chrono::milliseconds kCrashAfter{100};

std::uint64_t random_number() {
  std::random_device device;
  return static_cast<std::uint64_t>(device()) << 32 | device();
}

// The chip's own number, burned in once.
std::uint32_t chip_id_of(const std::string& path, std::uint64_t seed) {
  if (!file_exists(path)) {
    std::array<std::uint8_t, 4> bytes{};
    store_u32(bytes.data(), static_cast<std::uint32_t>(seed) & 0xFFFFFF);
    write_file(path, bytes);
  }
  const auto bytes = read_file(path);
  if (bytes.size() != 4) throw std::runtime_error(path + ": damaged; remove it");
  return load_u32(bytes.data());
}

}  // namespace

VirtualBoard::VirtualBoard(const BoardSetup& setup, const LogSink& sink)
    : log_(sink, setup.device_id),
      rtc_(setup.folder + "/" + setup.device_id + ".rtc"),
      seed_(setup.seed),
      sector_time_(setup.sector_time),
      patience_(setup.patience) {
  const std::string stem = setup.folder + "/" + setup.device_id;
  if (seed_) *seed_ ^= static_cast<std::uint64_t>(crc32(ByteView(setup.device_id))) << 32;
  if (!file_exists(stem + ".flash")) {
    if (setup.image.empty()) {
      throw std::runtime_error(stem + ".flash does not exist: give the image for a new board with --image");
    }
    if (setup.provisioning.empty()) {
      FlashFile::create_updated(stem + ".flash", setup.image);
    } else {
      FlashFile::create(stem + ".flash", setup.image, setup.provisioning, setup.bootloader);
    }
  }
  flash_ = std::make_unique<FlashFile>(stem + ".flash");
  chip_id_ = chip_id_of(stem + ".efuse", next_seed());
}

void VirtualBoard::run(const StopSignal& stop) {
  try {
    live(stop);
  } catch (const std::exception& error) {
    log_.error(std::string("stopped: ") + error.what());
  }
}

void VirtualBoard::live(const StopSignal& stop) {
  ResetReason reason = rtc_.had_power() ? ResetReason::External : ResetReason::PowerOn;
  if (!rtc_.had_power()) rtc_.power_on();
  while (!stop.requested()) {
    const BootPath path = boot_path();
    const ImageFindings image = inspect_image(*flash_, flash_map::kImage);
    if (image.state != ImageState::Runs && path.starts && !path.idle) {
      log_.error("crashes: the image area holds " + std::string(image.problem));
      reason = ResetReason::Exception;
      if (stop.wait_for(kCrashAfter)) return;
      continue;
    }
    if (image.state != ImageState::Runs || !path.starts) {
      log_.error("BRICKED: the image area holds " + std::string(image.problem) + "; only a serial cable helps");
      return stop.wait();
    }
    const bool has_fault = image.descriptor.fault != Fault::None;
    log_.info("boots " + std::string(image.descriptor.version.view()) + " after reset " +
              std::string(to_string(reason)) +
              (has_fault ? ", fault " + std::string(to_string(image.descriptor.fault)) : ""));
    VirtualBoot boot(*flash_, rtc_, reason, chip_id_);
    const auto next = run_firmware({.flash = *flash_,
                                    .boot = boot,
                                    .image = image.descriptor,
                                    .log = log_,
                                    .stop = stop,
                                    .seed = next_seed(),
                                    .patience = patience_});
    if (!next) return;
    reason = *next;
  }
}

VirtualBoard::BootPath VirtualBoard::boot_path() {
  if (has_power_safe_bootloader(*flash_)) {
    const BootloaderRun run = run_bootloader(*flash_, rtc_, sector_time_);
    if (!run.said.empty()) log_.info("the bootloader says " + run.said);
    return {run.starts, run.said.empty()};
  }
  const std::uint32_t copied = run_eboot(*flash_, rtc_, sector_time_);
  if (copied != 0) log_.info("the bootloader copied " + std::to_string(copied) + " bytes over the running image");
  return {};
}

std::uint64_t VirtualBoard::next_seed() { return seed_ ? (*seed_)++ : random_number(); }

}  // namespace flotilla
