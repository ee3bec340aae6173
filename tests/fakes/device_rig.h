// One simulated board with its broker and image server: boots, runs the agent, restarts, loses power. Signs its own
// orders. What an image does is looked up by its hash.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>

#include "firmware-esp/src/core/agent.h"
#include "firmware-esp/src/core/early_boot.h"
#include "proto/provisioning_block.h"
#include "tests/fakes/device_boot.h"
#include "tests/fakes/device_crypto.h"
#include "tests/fakes/device_flash.h"
#include "tests/fakes/device_network.h"

namespace flotilla::fakes {

struct Firmware {
  std::string version;
  SelfTestResult self_test = SelfTestResult::Passed;
  bool crashes_at_boot = false;  // after early_boot(), before the agent
  bool no_network = false;
  std::uint32_t size = 0;  // a multiple of 16; 0: the rig's usual one
  std::string bytes;
  Digest sha256;
};

inline constexpr std::uint8_t kRootKey = 10;
inline constexpr std::uint8_t kReleaseKey = 20;
inline constexpr std::uint8_t kCommandKey = 30;

class RigApplication final : public Application {
 public:
  SelfTestResult self_test() override { return result; }
  std::string_view not_now() override { return reason; }
  std::string_view unfit() override { return unfit_reason; }
  void log(std::string_view line) override { lines.emplace_back(line); }
  SelfTestResult result = SelfTestResult::Passed;
  std::string reason;
  std::string unfit_reason;
  std::vector<std::string> lines;
};

class DeviceRig {
 public:
  static constexpr std::uint32_t kImageSize = 140 * 1024;  // two records of the progress, and some

  explicit DeviceRig(std::uint32_t image_size = kImageSize) : image_size_(image_size) {
    provision();
    old_ = add_firmware({.version = "1.0.0"});
    new_ = add_firmware({.version = "1.1.0"});
    for (std::uint32_t i = 0; i < flash_map::kSector; ++i) *flash.at(i) = bootloader_byte(i);
    flash.place(flash_map::kImage, old().bytes.data(), old().bytes.size());
  }

  static std::uint8_t bootloader_byte(std::uint32_t at) { return static_cast<std::uint8_t>(at * 7); }

  const Firmware& old() const { return firmwares_[old_]; }
  const Firmware& newer() const { return firmwares_[new_]; }
  const Firmware& firmware(std::size_t index) const { return firmwares_[index]; }
  // The one that install() orders.
  Firmware& newer() { return firmwares_[new_]; }

  const Firmware* find(const std::string& version) const {
    for (const auto& firmware : firmwares_) {
      if (firmware.version == version) return &firmware;
    }
    return nullptr;
  }

  std::size_t add_firmware(Firmware firmware) {
    if (firmware.size == 0) firmware.size = image_size_;
    firmware.bytes = make_bytes(static_cast<std::uint8_t>(firmwares_.size() + 1), firmware.size);
    firmware.sha256 = crypto.hash(ByteView(std::string_view(firmware.bytes)));
    server.files["/" + firmware.version] = firmware.bytes;
    firmwares_.push_back(firmware);
    return firmwares_.size() - 1;
  }

  Manifest manifest_of(const Firmware& firmware, std::uint32_t counter = 2) const {
    Manifest manifest;
    manifest.product = Name("sensor");
    (void)manifest.hardware.push_back(Name("other-board"));
    (void)manifest.hardware.push_back(Name("d1-mini"));
    manifest.version.assign_cut(firmware.version);
    manifest.release_counter = counter;
    manifest.image_size = static_cast<std::uint32_t>(firmware.bytes.size());
    manifest.image_sha256 = firmware.sha256;
    manifest.created_at = 1'799'999'000;
    return manifest;
  }
  std::string sign(Role role, const std::string& payload, std::uint8_t key) {
    Envelope envelope;
    envelope.payload = wire::view(payload);
    const PublicKey public_key = DeviceCrypto::key(key);
    const Digest digest = signing_digest(role, envelope.payload, crypto);
    (void)envelope.signatures.push_back({key_id_of(public_key, crypto), DeviceCrypto::sign(public_key, digest)});
    return wire::encode(envelope);
  }
  std::string sign(const Manifest& manifest, std::uint8_t key = kReleaseKey) {
    return sign(Role::Manifest, wire::encode(manifest), key);
  }
  std::string sign(const Command& command, std::uint8_t key = kCommandKey) {
    return sign(Role::Command, wire::encode(command), key);
  }
  Command command(CommandKind kind, std::uint32_t sequence, std::uint64_t attempt) {
    Command command;
    command.device_id = DeviceId("node-1");
    command.trust_version = 1;
    command.sequence = sequence;
    command.expires_at = 2'000'000'000;
    command.attempt_id = attempt;
    command.kind = kind;
    return command;
  }
  // `signed_manifest` must stay as long as the command is used.
  Command install_command(const std::string& signed_manifest, const std::string& version, std::uint32_t sequence,
                          std::uint64_t attempt) {
    Command order = command(CommandKind::Install, sequence, attempt);
    order.install.signed_manifest = wire::view(signed_manifest);
    order.install.path.assign_cut("/" + version);
    order.install.download_seconds = 600;
    order.install.trial_boots = 3;
    order.install.trial_seconds = 120;
    order.install.trial_maximum_seconds = 3600;
    return order;
  }
  std::string install(const Manifest& manifest, std::uint32_t sequence, std::uint64_t attempt) {
    const std::string signed_manifest = sign(manifest);
    return sign(install_command(signed_manifest, std::string(manifest.version.view()), sequence, attempt));
  }
  std::string install(std::uint32_t sequence = 1, std::uint64_t attempt = 100) {
    return install(manifest_of(newer()), sequence, attempt);
  }

  // From the reset on; false when power went away or the image crashes before its agent.
  bool boot() {
    agent.reset();
    const int limit = boots + 100;  // a board that restarts for ever is a failed test, not a hung one
    do {
      if (boots == limit) return false;
      clock.reboot();
      if (!boot_path.run()) return false;
      ++boots;
    } while (early_boot(flash, boot_path, crypto, scratch_) == EarlyBoot::Restart);
    const Firmware* firmware = running();
    if (flash.dead() || firmware == nullptr || firmware->crashes_at_boot) return false;
    if (set_up && !set_up()) return false;
    application.result = firmware->self_test;
    mqtt.set_link(hal::Link::Unreachable);
    mqtt.set_link(firmware->no_network ? hal::Link::NoNetwork : link_at_boot);
    config.version = firmware->version;
    agent = std::make_unique<Agent>(hal::Ports{flash, boot_path, crypto, server, mqtt, clock, random}, application,
                                    config, board);
    return agent->begin() && !flash.dead();
  }

  // One step of the agent, or a boot where there is none. false: power is away.
  bool step() {
    if (flash.dead()) return false;
    if (!agent || boot_path.restart_wanted) {
      if (!boot()) agent.reset();
      return !flash.dead();
    }
    agent->step();
    clock.advance(step_ms);
    return !flash.dead();
  }
  // Steps until `done` or, without it, `limit` times. true when `done` was seen.
  template <typename Done>
  bool run_until(Done done, int limit = 20000) {
    for (int i = 0; i < limit; ++i) {
      if (agent && !boot_path.restart_wanted && done()) return true;
      if (!step()) return false;
    }
    return false;
  }
  void run(int steps) {
    (void)run_until([] { return false; }, steps);
  }
  bool run_to(UpdateState state, int limit = 20000) {
    return run_until([&] { return agent->state() == state; }, limit);
  }
  bool run_to_seeded() {
    return run_until([&] { return agent->seeded(); });
  }
  void power_cycle() {
    agent.reset();
    flash.power_on();
    boot_path.lose_power();
    boot_path.reason = ResetReason::PowerOn;
  }
  // Takes over the other's world, as a reset in its next operation would leave it; `placed`: with the boot path's order
  // that this operation places. Both rigs must have been made with the same firmwares.
  void become(const DeviceRig& other, bool placed) {
    agent.reset();
    flash.become(other.flash);
    boot_path.become(other.boot_path, placed);
    mqtt = other.mqtt;
    mqtt.heartbeats.clear();
    clock = other.clock;
    random = other.random;
    link_at_boot = other.link_at_boot;
    step_ms = other.step_ms;
    boots = 0;
  }
  // As the sketch does it: the next step is the wake.
  void deep_sleep(std::uint32_t seconds) {
    agent->prepare_sleep();
    agent.reset();
    boot_path.reason = ResetReason::DeepSleep;
    clock.advance(std::uint64_t{seconds} * 1000);
  }

  const Firmware* running() {
    for (const auto& firmware : firmwares_) {
      if (std::memcmp(flash.at(flash_map::kImage), firmware.bytes.data(), firmware.bytes.size()) == 0) return &firmware;
    }
    return nullptr;
  }
  const Heartbeat& last_heartbeat() const { return mqtt.heartbeats.back(); }

  DeviceFlash flash;
  DeviceBoot boot_path{flash};
  DeviceCrypto crypto;
  DeviceServer server;
  DeviceMqtt mqtt;
  DeviceClock clock;
  DeviceRandom random;
  RigApplication application;
  Provisioning provisioning;  // what `board` was made of, without its trust store
  Board board;
  AgentConfig config;            // of the next boot
  std::function<bool()> set_up;  // what the platform does before it makes the agent; false: this boot ends there
  std::unique_ptr<Agent> agent;
  hal::Link link_at_boot = hal::Link::Up;
  std::uint64_t step_ms = 10;
  int boots = 0;

 private:
  void provision() {
    TrustStore trust;
    trust.version = 1;
    (void)trust.root_keys.push_back(DeviceCrypto::key(kRootKey));
    (void)trust.release_keys.push_back(DeviceCrypto::key(kReleaseKey));
    (void)trust.command_keys.push_back(DeviceCrypto::key(kCommandKey));
    (void)trust.ca_hashes.push_back(Digest{});
    trust.root_threshold = trust.release_threshold = 1;
    board.trust = trust;
    board.device_id = DeviceId("node-1");
    board.product = Name("sensor");
    board.hardware = Name("d1-mini");
    board.provisioned_at = 1'700'000'000;
    provisioning.device_id = board.device_id;
    provisioning.product = board.product;
    provisioning.hardware = board.hardware;
    provisioning.provisioned_at = board.provisioned_at;
    config.build_seconds = 1'700'000'000;
  }

  // A header, one segment in the flash window, filling up to a multiple of 16 with the checksum at its end.
  static std::string make_bytes(std::uint8_t seed, std::uint32_t size) {
    std::string bytes(size, '\0');
    const std::uint32_t data = size - 32;
    const std::uint32_t head[] = {0x000001E9, 0x40101010, 0x40201010, data};
    std::memcpy(bytes.data(), head, sizeof head);
    std::uint32_t state = seed;
    for (std::size_t i = sizeof head; i < bytes.size(); ++i) {
      state = state * 1103515245 + 12345;
      bytes[i] = static_cast<char>(state >> 16);
    }
    return bytes;
  }

  alignas(4) Scratch scratch_{};  // of the early boot
  std::uint32_t image_size_;
  std::deque<Firmware> firmwares_;  // stay where they are: the agent views their version
  std::size_t old_ = 0;
  std::size_t new_ = 0;
};

}  // namespace flotilla::fakes
