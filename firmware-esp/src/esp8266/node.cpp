#include "firmware-esp/src/esp8266/node.h"

#include <flash_hal.h>
#include <memory>
#include <new>

#include "firmware-esp/src/core/adoption.h"
#include "firmware-esp/src/esp8266/early.h"
#include "firmware-esp/src/net/sensor_topic.h"

namespace flotilla {
namespace {

constexpr std::uint64_t kRemindMs = 30'000;

// A TLS connection for the download (8.4 KB, its largest piece 3.5 KB) beside what the sketch goes on to need.
constexpr std::uint32_t kMinimumFreeHeap = 12'000;
constexpr std::uint32_t kMinimumBlock = 4'096;

Vitals vitals() {
  Vitals vitals;
  vitals.free_heap = ESP.getFreeHeap();
  vitals.largest_block = ESP.getMaxFreeBlockSize();
  vitals.rssi = WiFi.RSSI();
  return vitals;
}

AgentConfig agent_config(const NodeConfig& config) {
  AgentConfig agent;
  agent.version = config.version;
  agent.build_seconds = config.built;
  agent.file_system_start = FS_PHYS_ADDR;
  agent.file_system_end = FS_PHYS_ADDR + FS_PHYS_SIZE;
  agent.vitals = &vitals;
  agent.minimum_free_heap = kMinimumFreeHeap;
  agent.minimum_block = kMinimumBlock;
  agent.sleep_seconds = config.sleep_seconds;
  agent.download_bytes_per_second = config.download_bytes_per_second;
  return agent;
}

}  // namespace

Node::Node(const NodeConfig& config)
    : config_(config),
      boot_(flash_, EspBoot::Restart::ThroughSdk),
      time_(clock_),
      wifi_(clock_),
      mqtt_tls_(servers_, time_),
      download_tls_(servers_, time_),
      mqtt_(wifi_, mqtt_tls_, clock_, random_),
      download_(servers_, download_tls_, mqtt_, clock_) {}

bool Node::begin() {
  if (config_.baud != 0) Serial.begin(config_.baud);
  if (config_.led_pin >= 0) pinMode(static_cast<std::uint8_t>(config_.led_pin), OUTPUT);
  if (!set_up()) agent_ = nullptr;
  say_who();
  show();
  return managed();
}

bool Node::set_up() {
  if (!load()) return false;
  agent_ = new (agent_storage()) Agent(ports(), *this, agent_config(config_), board_);
  if (agent_->begin()) return true;
  problem_ = PSTR("the agent cannot work on this flash: build for \"4MB (FS:1MB)\"");  // it has said why
  return false;
}

// The provisioning is in RAM only here: it is large, and it holds secrets.
bool Node::load() {
  constexpr std::size_t kWorkspace = flash_map::kProvisioningSize;
  const std::unique_ptr<std::uint8_t[]> workspace(new (std::nothrow) std::uint8_t[kWorkspace]);
  const std::unique_ptr<Provisioning> provisioning(new (std::nothrow) Provisioning);
  if (!workspace || !provisioning) {
    problem_ = PSTR("not enough memory to read the provisioning: call begin() before the sketch takes its own");
    return false;
  }
  const Adoption adoption = adopt_provisioning(flash_);
  if (adoption != Adoption::None) say(F("adoption: "), to_ram<80>(text_of(adoption)).view());
  const BoardCheck check = load_board(flash_, crypto_, workspace.get(), kWorkspace, *provisioning, board_);
  if (check != BoardCheck::Good) {
    problem_ = text_of(check).in_flash();
    return false;
  }
  begin_network(*provisioning);
  return true;
}

void Node::begin_network(const Provisioning& provisioning) {
  servers_.name = provisioning.broker_name;
  servers_.addresses = provisioning.addresses;
  ntp_host_ = provisioning.ntp_host;
  time_.raise_floor(config_.built);
  time_.raise_floor(provisioning.provisioned_at);
  // Without it the agent still runs: a new provisioning on trial is left again, and the other copy gets its turn.
  if (identity_.load(provisioning)) {
    mqtt_tls_.set_identity(identity_, static_cast<std::uint16_t>(provisioning.mqtt_port));
    download_tls_.set_identity(identity_, static_cast<std::uint16_t>(provisioning.https_port));
  } else {
    say(F("a certificate of the provisioning cannot be read: no connection with this copy of it"));
  }
  download_.set_port(static_cast<std::uint16_t>(provisioning.https_port));
  mqtt_.begin(provisioning.device_id.view());
  wifi_.begin(provisioning);
  configTime(0, 0, ntp_host_.c_str());
}

hal::Ports Node::ports() { return {flash_, boot_, crypto_, download_, mqtt_, clock_, random_}; }

void Node::loop() {
  show();
  if (!managed()) {
    if (clock_.monotonic_ms() - reminded_ms_ >= kRemindMs) say_who();
    return;
  }
  agent_->step();
  agent_stepped(agent_->state() == UpdateState::Trial);
  time_.raise_floor(agent_->clock_floor());
  tell_link();
  tell_progress();
}

bool Node::updating() const {
  if (!managed()) return false;
  switch (agent_->state()) {
    case UpdateState::Accepted:
    case UpdateState::Downloading:
    case UpdateState::Verified:
    case UpdateState::Armed:
    case UpdateState::Trial: return true;
    case UpdateState::Idle:
    case UpdateState::Confirmed:
    case UpdateState::RolledBack:
    case UpdateState::Failed: return false;
  }
  return false;
}

bool Node::may_sleep() const { return !managed() || agent_->may_sleep(); }

void Node::sleep(std::uint32_t seconds) {
  say(F("sleeps"));
  Serial.flush();
  if (managed()) agent_->prepare_sleep();
  const std::uint64_t longest = ESP.deepSleepMax();
  const std::uint64_t wanted = std::uint64_t{seconds} * 1'000'000;
  for (;;) ESP.deepSleep(wanted < longest ? wanted : longest);
}

bool Node::online() { return managed() && mqtt_.link() == hal::Link::Up; }

bool Node::publish(const char* name, const char* text) {
  SensorTopic topic;
  if (!online() || !make_sensor_topic(device_id(), name, topic)) return false;
  return mqtt_.publish(topic.view(), ByteView(std::string_view(text))) != 0;
}

bool Node::publish(const char* name, double value, unsigned decimals) {
  char text[48];  // a double of 38 digits, its sign, the point and six decimals
  return publish(name, dtostrf(value, 1, static_cast<unsigned char>(decimals < 6 ? decimals : 6), text));
}

bool Node::health(const char* name, float value) {
  const FixedString<kMaxHealthName> key{std::string_view(name)};
  for (auto& known : health_) {
    if (known.name == key) {
      known.value = value;
      return true;
    }
  }
  return health_.push_back({key, value});
}

SelfTestResult Node::self_test() { return self_test_ != nullptr ? self_test_() : SelfTestResult::Passed; }

std::string_view Node::not_now() {
  const char* reason = not_now_ != nullptr ? not_now_() : nullptr;
  return reason != nullptr ? std::string_view(reason) : std::string_view();
}

std::string_view Node::unfit() {
  const char* reason = unfit_ != nullptr ? unfit_() : nullptr;
  return reason != nullptr ? std::string_view(reason) : std::string_view();
}

}  // namespace flotilla
