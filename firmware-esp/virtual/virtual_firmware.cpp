#include "firmware-esp/virtual/virtual_firmware.h"

#include <array>
#include <memory>
#include <poll.h>
#include <string>
#include <vector>

#include "firmware-esp/src/core/adoption.h"
#include "firmware-esp/src/core/agent.h"
#include "firmware-esp/src/core/early_boot.h"
#include "firmware-esp/virtual/bear_crypto.h"
#include "firmware-esp/virtual/host_ports.h"
#include "firmware-esp/virtual/https_download.h"
#include "firmware-esp/virtual/mqtt_client.h"
#include "firmware-esp/virtual/offline_ports.h"
#include "proto/topics.h"

namespace flotilla {
namespace {

using namespace std::chrono_literals;

constexpr auto kCrashAfter = 100ms;
constexpr auto kWatchdog = 1000ms;
constexpr int kIdleMs = 100;  // how often the agent is asked when nothing happens

class Sketch : public Application {
 public:
  Sketch(Fault fault, const DeviceLog& log) : fault_(fault), log_(log) {}
  SelfTestResult self_test() override {
    return fault_ == Fault::SelftestFails ? SelfTestResult::Failed : SelfTestResult::Passed;
  }
  void health(FixedVector<HealthValue, kMaxHealth>& values) override {
    (void)values.push_back({FixedString<kMaxHealthName>("temperature"), 21.5F});
  }
  void log(std::string_view line) override { log_.info(line); }

 private:
  Fault fault_;
  const DeviceLog& log_;
};

// What a board with our sketch reports; the desk has no such limits.
Vitals typical_vitals() { return {.free_heap = 27000, .largest_block = 21000, .rssi = -61}; }

std::string_view name_of(hal::Link link) {
  switch (link) {
    case hal::Link::NoNetwork: return "no network";
    case hal::Link::Unreachable: return "the broker is not reachable";
    case hal::Link::Refused: return "the broker refuses us";
    case hal::Link::Up: return "connected to the broker";
  }
  return "";
}

std::vector<std::string> addresses_of(const Provisioning& provisioning) {
  std::vector<std::string> addresses;
  for (const auto& address : provisioning.addresses) addresses.emplace_back(address.view());
  return addresses;
}

// The connections of one boot.
struct Network {
  Network(const Provisioning& provisioning, std::shared_ptr<const TlsIdentity> identity, hal::Clock& clock,
          hal::Random& random)
      : mqtt(settings(provisioning), identity, endpoint(provisioning, provisioning.mqtt_port), clock, random),
        download(identity, endpoint(provisioning, provisioning.https_port), clock) {}

  static MqttSettings settings(const Provisioning& provisioning) {
    const std::string_view id = provisioning.device_id.view();
    return {.client_id = std::string(id),
            .command_topic = std::string(make_topic(TopicKind::Command, id).view()),
            .presence_topic = std::string(make_topic(TopicKind::Presence, id).view())};
  }
  static TlsEndpoint endpoint(const Provisioning& provisioning, std::uint32_t port) {
    return {.server_name = std::string(provisioning.broker_name.view()),
            .addresses = addresses_of(provisioning),
            .port = static_cast<std::uint16_t>(port)};
  }

  MqttClient mqtt;
  HttpsDownload download;
};

class Firmware {
 public:
  explicit Firmware(const FirmwareContext& context)
      : context_(context), random_(context.seed), sketch_(context.image.fault, context.log) {}

  std::optional<ResetReason> run() {
    alignas(4) Scratch scratch{};
    if (early_boot(context_.flash, context_.boot, crypto_, scratch) == EarlyBoot::Restart) return ResetReason::Software;
    if (context_.image.fault == Fault::CrashesAtBoot) {
      return context_.stop.wait_for(kCrashAfter) ? std::nullopt : std::optional(ResetReason::Exception);
    }
    if (context_.image.fault == Fault::Hangs) {
      return context_.stop.wait_for(kWatchdog) ? std::nullopt : std::optional(ResetReason::Watchdog);
    }
    if (!set_up()) return idle_for_ever();
    const Name& made_for = context_.image.hardware;
    if (!made_for.empty() && made_for != board_.hardware) {
      context_.log.error("crashes: the firmware is made for " + std::string(made_for.view()));
      return context_.stop.wait_for(kCrashAfter) ? std::nullopt : std::optional(ResetReason::Exception);
    }
    return run_agent();
  }

 private:
  bool set_up() {
    const Adoption adoption = adopt_provisioning(context_.flash);
    if (adoption != Adoption::None) {
      context_.log.info("adoption: " + std::string(to_ram<80>(text_of(adoption)).view()));
    }
    const BoardCheck check =
        load_board(context_.flash, crypto_, workspace_.data(), workspace_.size(), provisioning_, board_);
    if (check != BoardCheck::Good) {
      context_.log.error(std::string(to_ram<128>(text_of(check)).view()));
      return false;
    }
    context_.log.info("uses provisioning version " + std::to_string(board_.config_version) + ", copy " +
                      std::to_string(board_.config_copy));
    // Without an identity there is no connection, but the agent must run: it leaves such a provisioning for another one.
    std::string problem;
    identity_ = TlsIdentity::make(provisioning_, problem);
    if (!problem.empty()) context_.log.error(problem);
    return true;
  }

  std::optional<ResetReason> idle_for_ever() {
    context_.log.error("this board does nothing until it is provisioned anew");
    context_.stop.wait();
    return std::nullopt;
  }

  std::optional<ResetReason> run_agent() {
    const bool offline = context_.image.fault == Fault::NoNetwork || identity_ == nullptr;
    OfflineMqtt no_mqtt(identity_ == nullptr ? hal::Link::Refused : hal::Link::NoNetwork);
    OfflineDownload no_download;
    std::optional<Network> network;
    if (!offline) network.emplace(provisioning_, identity_, clock_, random_);
    const hal::Ports ports{.flash = context_.flash,
                           .boot = context_.boot,
                           .crypto = crypto_,
                           .download = offline ? static_cast<hal::Download&>(no_download) : network->download,
                           .mqtt = offline ? static_cast<hal::Mqtt&>(no_mqtt) : network->mqtt,
                           .clock = clock_,
                           .random = random_};
    const AgentConfig config{.version = context_.image.version.view(),
                             .build_seconds = context_.image.build_seconds,
                             .vitals = typical_vitals,
                             .config_trial_seconds = context_.patience.config_trial,
                             .broker_patience_seconds = context_.patience.broker};
    Agent agent(ports, sketch_, config, board_);
    if (!agent.begin()) return idle_for_ever();
    while (!agent.restarting()) {
      if (context_.stop.requested()) {
        ports.mqtt.disconnect();
        return std::nullopt;
      }
      const std::uint64_t moved = context_.flash.bytes_moved();
      agent.step();
      tell_link(ports.mqtt.link(), network ? network->mqtt.problem() : "no identity");
      // Work on flash is cut into pieces: the next piece follows at once.
      if (context_.flash.bytes_moved() == moved) wait(network);
    }
    return ResetReason::Software;
  }

  void tell_link(hal::Link link, const std::string& problem) {
    // Before the first attempt has ended there is nothing to tell.
    if (link == link_ || (link == hal::Link::Unreachable && problem.empty())) return;
    link_ = link;
    const bool has_problem = link == hal::Link::Unreachable || link == hal::Link::Refused;
    context_.log.info(std::string(name_of(link)) + (has_problem ? " (" + problem + ")" : ""));
  }

  // Until a socket can move bytes, stop is requested, or it is time to ask the agent again.
  void wait(const std::optional<Network>& network) {
    std::array<pollfd, 3> waiting{{{context_.stop.fd(), POLLIN, 0}}};
    nfds_t count = 1;
    for (const TlsClient* tls :
         {network ? &network->mqtt.connection() : nullptr, network ? &network->download.connection() : nullptr}) {
      if (tls == nullptr) continue;
      if (tls->has_data()) return;
      if (tls->fd() < 0) continue;
      const short events = tls->wants_to_send() ? POLLIN | POLLOUT : POLLIN;
      waiting[count++] = {tls->fd(), events, 0};
    }
    ::poll(waiting.data(), count, kIdleMs);
  }

  const FirmwareContext& context_;
  HostClock clock_;
  SeededRandom random_;
  BearCrypto crypto_;
  Sketch sketch_;
  std::vector<std::uint8_t> workspace_ = std::vector<std::uint8_t>(flash_map::kProvisioningSize);
  Provisioning provisioning_;
  Board board_;
  std::shared_ptr<const TlsIdentity> identity_;
  std::optional<hal::Link> link_;
};

}  // namespace

std::optional<ResetReason> run_firmware(const FirmwareContext& context) { return Firmware(context).run(); }

}  // namespace flotilla
