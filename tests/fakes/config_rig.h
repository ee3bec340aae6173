// A simulated board that reads its provisioning from flash, in a world that knows one Wi-Fi password and one broker. The
// image server hands out what order() puts there.
#pragma once

#include <set>

#include "firmware-esp/src/core/config_copies.h"
#include "tests/fakes/device_rig.h"

namespace flotilla::fakes {

inline constexpr std::string_view kCa = "the authority's certificate";
inline constexpr std::string_view kCertificate = "a device certificate";

class ConfigRig : public DeviceRig {
 public:
  ConfigRig() : DeviceRig(4096) {
    board.trust.ca_hashes[0] = crypto.hash(ByteView(kCa));
    signed_trust_ = sign(Role::Trust, wire::encode(board.trust), kRootKey);
    device_key_.fill(7);
    Provisioning first = file_content("first");
    first.device_key = device_key_;
    first.signed_trust_store = wire::view(signed_trust_);
    const std::string message = wire::encode(first);
    for (const auto address : flash_map::kProvisioning) {
      std::vector<std::uint8_t> block(flash_map::kProvisioningSize, 0xFF);
      EXPECT_NE(write_provisioning_block(1, wire::view(message), block.data(), block.size()), 0u);
      flash.place(address, block.data(), block.size());
    }
    set_up = [this] { return load(); };
    passwords = {"first"};
    brokers = {"broker"};
    server.chunk = 97;
  }

  // What an UpdateConfig delivers: no trust store, no key.
  Provisioning file_content(const std::string& password, const std::string& broker = "broker") const {
    Provisioning content = provisioning;
    content.wifi_ssid.assign_cut("home");
    content.wifi_password.assign_cut(password);
    content.broker_name.assign_cut(broker);
    content.device_certificate = ByteView(kCertificate);
    content.ca_certificate = ByteView(kCa);
    return content;
  }
  // The signed order; the server has the file under its path from now on.
  std::string order(const std::string& file, std::uint32_t sequence = 1, std::uint64_t attempt = 100) {
    const std::string path = "/c" + std::to_string(attempt);
    server.files[path] = file;
    Command command = this->command(CommandKind::UpdateConfig, sequence, attempt);
    command.file.sha256 = crypto.hash(wire::view(file));
    command.file.path.assign_cut(path);
    return sign(command);
  }
  std::string order(const Provisioning& content, std::uint32_t sequence = 1, std::uint64_t attempt = 100) {
    return order(wire::encode(content), sequence, attempt);
  }

  // The world changed: as far as the board that runs has it right, it is connected.
  void look_again() { mqtt.set_link(link_of(in_use)); }
  bool run_to_end(std::uint64_t attempt = 100) {
    return run_until(
        [&] {
          const UpdateState state = agent->state();
          const bool ended =
              state == UpdateState::Confirmed || state == UpdateState::RolledBack || state == UpdateState::Failed;
          return ended && agent->attempt_id() == attempt && !agent->restarting();
        },
        60000);
  }
  // The board of this boot is the one that goes on, and has said so to the daemon.
  bool run_to_reported(UpdateState state) {
    return run_until([&] { return !mqtt.heartbeats.empty() && last_heartbeat().update_state == state && is_settled(); },
                     60000);
  }
  bool is_settled() const {
    Ledger ledger(const_cast<DeviceFlash&>(flash));  // NOLINT(cppcoreguidelines-pro-type-const-cast): opened to read
    return ledger.open() && (ledger.state() != UpdateState::RolledBack || ledger.settled());
  }

  std::string_view password() const { return in_use.wifi_password.view(); }
  ConfigCopy copy(std::uint8_t number) { return inspect_config(flash, number); }
  ConfigCopy other() { return copy(other_copy(board)); }

  std::set<std::string, std::less<>> passwords;   // that the access point takes
  std::set<std::string, std::less<>> brokers;     // that are there
  std::set<std::string, std::less<>> crashing;    // passwords with which the platform crashes
  std::array<std::uint8_t, 32> device_key_{};     // of the block that the board was enrolled with
  Provisioning in_use;                            // of this boot
  std::vector<std::string> used;                  // passwords, boot by boot
  BoardCheck check = BoardCheck::NotProvisioned;  // of the last boot

 private:
  hal::Link link_of(const Provisioning& with) const {
    if (passwords.count(with.wifi_password.view()) == 0) return hal::Link::NoNetwork;
    return brokers.count(with.broker_name.view()) == 0 ? hal::Link::Unreachable : hal::Link::Up;
  }
  bool load() {
    check = load_board(flash, crypto, workspace_.data(), workspace_.size(), in_use, board);
    if (check != BoardCheck::Good) return false;
    used.emplace_back(in_use.wifi_password.view());
    link_at_boot = link_of(in_use);
    return crashing.count(in_use.wifi_password.view()) == 0;
  }

  std::string signed_trust_;
  std::vector<std::uint8_t> workspace_ = std::vector<std::uint8_t>(flash_map::kProvisioningSize);
};

}  // namespace flotilla::fakes
