#include "firmware-esp/virtual/commands.h"

#include <csignal>
#include <filesystem>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>

#include "common/crc32.h"
#include "common/version.h"
#include "firmware-esp/src/core/boot_transactions.h"
#include "firmware-esp/virtual/bear_crypto.h"
#include "firmware-esp/virtual/files.h"
#include "firmware-esp/virtual/host_ports.h"
#include "firmware-esp/virtual/virtual_board.h"
#include "firmware-esp/virtual/virtual_image.h"
#include "proto/device/codec.h"
#include "proto/provisioning_block.h"

namespace flotilla {
namespace {

// Empty when there is no good block.
std::string device_id_in(ByteView block) {
  ProvisioningBlock parsed;
  Provisioning provisioning;
  if (!parse_provisioning_block(block, parsed) || !device_wire::decode(parsed.message, provisioning)) return {};
  return std::string(provisioning.device_id.view());
}

std::string device_id_of(const std::string& path, ByteView block) {
  std::string id = block.size == 2 * std::size_t{flash_map::kProvisioningSize} ? device_id_in(block) : std::string();
  if (id.empty()) {
    throw std::runtime_error(path + ": no provisioning block; make one with `flotilla device enroll`");
  }
  return id;
}

// The block is the file's last sector.
std::string device_id_of_adoption(const std::string& path, ByteView file) {
  std::string id;
  if (file.size > flash_map::kSector) {
    id = device_id_in({file.data + file.size - flash_map::kSector, flash_map::kSector});
  }
  if (id.empty()) {
    throw std::runtime_error(path + ": no adoption image; make one with `flotilla device enroll --adoption-image`");
  }
  return id;
}

std::vector<std::unique_ptr<VirtualBoard>> open_boards(const RunOptions& options, const LogSink& sink) {
  const auto image = options.image.empty() ? std::vector<std::uint8_t>() : read_file(options.image);
  std::vector<std::unique_ptr<VirtualBoard>> boards;
  const auto open = [&](std::string id, ByteView base, ByteView provisioning) {
    const BoardSetup setup{.folder = options.state,
                           .device_id = std::move(id),
                           .image = base,
                           .provisioning = provisioning,
                           .bootloader = options.bootloader == "stock" ? Bootloader::Stock : Bootloader::Flotilla,
                           .seed = options.seed,
                           .sector_time = std::chrono::milliseconds(options.sector_ms),
                           .patience = {options.config_trial_seconds, options.broker_patience_seconds}};
    boards.push_back(std::make_unique<VirtualBoard>(setup, sink));
  };
  for (const auto& path : options.provisioning) {
    const auto block = read_file(path);
    const ByteView view(block.data(), block.size());
    open(device_id_of(path, view), ByteView(image.data(), image.size()), view);
  }
  for (const auto& path : options.adopt) {
    const auto file = read_file(path);
    const ByteView view(file.data(), file.size());
    open(device_id_of_adoption(path, view), view, {});
  }
  return boards;
}

void wait_for_signal(const sigset_t& signals) {
  int number = 0;
  while (::sigwait(&signals, &number) != 0) {
  }
}

void print_image(const char* where, hal::Flash& flash, std::uint32_t address) {
  const ImageFindings found = inspect_image(flash, address);
  std::cout << where << ": ";
  if (found.state == ImageState::NoImage) {
    std::cout << found.problem << "\n";
    return;
  }
  std::vector<std::uint8_t> bytes(found.length);
  FlashImageReader(flash, address).read(0, bytes.data(), bytes.size());
  const ByteView whole(bytes.data(), bytes.size());
  std::cout << found.length << " bytes, sha256 " << to_hex(BearCrypto().sha256(&whole, 1)).view();
  if (found.state != ImageState::Foreign) std::cout << ", version " << found.descriptor.version.view();
  if (found.descriptor.fault != Fault::None) std::cout << ", fault " << to_string(found.descriptor.fault);
  if (!found.problem.empty()) std::cout << ": " << found.problem;
  std::cout << "\n";
}

std::string_view name_of(BootState state) {
  switch (state) {
    case BootState::None: return "nothing in its journal";
    case BootState::Pending: return "an image is ordered and not copied yet";
    case BootState::Trial: return "the image is on trial";
    case BootState::Confirmed: return "the image is confirmed";
    case BootState::Reverting: return "on the way back";
    case BootState::Reverted: return "went back";
  }
  return "";
}

}  // namespace

int run_boards(const RunOptions& options) {
  // Blocked before the first thread, so that only this one takes them.
  sigset_t signals;
  ::sigemptyset(&signals);
  ::sigaddset(&signals, SIGTERM);
  ::sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);

  if (options.provisioning.empty() && options.adopt.empty()) {
    throw std::runtime_error("no boards: name their files by --provisioning or --adopt");
  }
  std::filesystem::create_directories(options.state);
  const LogSink sink(options.log_level);
  const auto boards = open_boards(options, sink);
  StopSignal stop;
  std::vector<std::jthread> threads;
  threads.reserve(boards.size());
  for (const auto& board : boards) threads.emplace_back([&stop, &board] { board->run(stop); });
  wait_for_signal(signals);
  stop.request();
  return 0;
}

int write_image(const ImageOptions& options) {
  ImageRecipe recipe;
  Version version;
  if (!Version::parse(options.version, version) || !recipe.descriptor.version.assign(options.version)) {
    throw std::runtime_error("--version " + options.version + ": not a semantic version such as 1.1.0");
  }
  if (!recipe.descriptor.hardware.assign(options.hardware)) {
    throw std::runtime_error("--hardware: at most " + std::to_string(kMaxName) + " characters");
  }
  if (!fault_from_name(options.fault, recipe.descriptor.fault)) {
    throw std::runtime_error("--fault " + options.fault + ": no such fault");
  }
  const std::string identity = options.version + " " + options.fault;
  recipe.descriptor.build_seconds = options.built_at.value_or(HostClock().unix_seconds());
  recipe.seed = options.seed.value_or(crc32(ByteView(identity)));
  recipe.size = options.size;
  const auto file = make_image(recipe);
  if (file.empty()) {
    throw std::runtime_error("--size " + std::to_string(options.size) + ": an image has " +
                             std::to_string(kMinImageSize) + " to " + std::to_string(flash_map::kImageMax) + " bytes");
  }
  write_file(options.output, ByteView(file.data(), file.size()));

  const ByteView image(file.data() + flash_map::kImage, file.size() - flash_map::kImage);
  std::cout << options.output << ": version " << options.version << ", image of " << image.size << " bytes, sha256 "
            << to_hex(BearCrypto().sha256(&image, 1)).view() << "\n";
  return 0;
}

int inspect_flash(const std::string& path) {
  FlashFile flash(path);
  print_image("running", flash, flash_map::kImage);
  print_image("slot 0 ", flash, flash_map::kSlotImage[0]);
  print_image("slot 1 ", flash, flash_map::kSlotImage[1]);
  std::cout << "bootloader: ";
  if (has_power_safe_bootloader(flash)) {
    std::cout << "flotilla, " << name_of(BootTransactions(flash, BootMap{}).state()) << "\n";
    return 0;
  }
  CopyCommand command;
  const RtcMemory rtc(std::filesystem::path(path).replace_extension(".rtc").string());
  const bool armed = rtc.load(command);
  std::cout << "stock, "
            << (armed ? "will copy " + std::to_string(command.size) + " bytes at the next reset" : "nothing to do")
            << "\n";
  return 0;
}

}  // namespace flotilla
