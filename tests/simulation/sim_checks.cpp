#include "tests/simulation/sim_checks.h"

#include <algorithm>

#include "daemon/core/configs.h"
#include "daemon/core/member_table.h"
#include "daemon/core/names.h"

namespace flotilla::simulation {

using core::MemberState;
using core::OrderKind;
using core::RolloutState;

namespace {
constexpr std::uint32_t kOrders = 3;  // attempts that count; a quarantine or a renewal may add some
}

void SimChecks::expect(bool holds, const std::string& what) {
  ++count_;
  if (!holds && violation_.empty()) violation_ = what;
}

void SimChecks::published(const std::string& device, const core::Order& order) {
  const auto text = std::to_string(static_cast<int>(order.kind)) + " " + std::to_string(order.attempt) + " " +
                    order.release + " " + std::to_string(order.issued_at) + " " + std::to_string(order.expires_at);
  const auto [known, is_new] = contents_.try_emplace({device, order.sequence}, text);
  expect(is_new || known->second == text,
         device + ": sequence " + std::to_string(order.sequence) + " went out as " + known->second + " and as " + text);
}

void SimChecks::retained(const core::Fleet& fleet, const std::map<std::string, core::Order>& retained) {
  for (const core::Device* device : fleet.devices()) {
    const auto topic = retained.find(device->id);
    const std::uint32_t found = topic == retained.end() ? 0 : topic->second.sequence;
    const std::uint32_t meant = device->order ? device->order->sequence : 0;
    expect(found == meant, device->id + ": sequence " + std::to_string(meant) + " is in force, but " +
                               std::to_string(found) + " is retained");
  }
}

void SimChecks::check_orders(const core::Fleet& fleet) {
  for (const core::Device* device : fleet.devices()) {
    if (!device->order) continue;
    const core::Order& order = *device->order;
    expect(order.sequence <= device->sequence, device->id + ": an order above the device's sequence");
    const bool is_config = order.kind == OrderKind::UpdateConfig;
    expect((fleet.fetchable_config(device->id) != nullptr) == is_config,
           device->id + ": may fetch a configuration exactly while it is ordered to");
    expect(!is_config || (device->config && device->config->attempt == order.attempt),
           device->id + ": ordered a configuration that is not the one it is to have");
    if (order.kind != OrderKind::Install) {
      expect(fleet.fetchable(device->id) == nullptr, device->id + ": may fetch an image without an Install");
      continue;
    }
    const core::Rollout* rollout = fleet.rollout(order.rollout);
    expect(order.accepted || rollout->state == RolloutState::Running,
           device->id + ": an order that was not accepted is in force while its rollout is " +
               std::string{core::to_string(rollout->state)});
    expect(fleet.release(order.release)->manifest.release_counter >= device->reported.security_floor || order.accepted,
           device->id + ": ordered below its security floor");
  }
}

// An order of the operator's ends in a state that says how, or is replaced by another: it never just goes.
void SimChecks::committed(const core::Fleet& fleet, const core::Effects& out) {
  for (const auto& id : out.devices) {
    const core::Device& device = *fleet.device(id);
    const auto before = configs_.find(id);
    expect(device.config || before == configs_.end(), id + ": its configuration order was lost");
    if (!device.config) continue;
    const bool was_open = before == configs_.end() || core::is_open(before->second.state) ||
                          before->second.sha256 != device.config->sha256;
    if (was_open && !core::is_open(device.config->state)) ++config_ends_[std::string{to_string(device.config->state)}];
    configs_[id] = *device.config;
  }
}

void SimChecks::check_config(const core::Fleet& fleet, const core::Device& device, const SimDevice& truth) {
  if (!device.config) return;
  const core::ConfigChange& config = *device.config;
  const auto name = device.id + "'s configuration (" + std::string{core::to_string(config.state)} + ")";
  std::uint32_t attempts = core::occupies_device(device) ? 1 : 0;
  for (const core::Rollout* rollout : fleet.rollouts()) {
    const core::Member* member = fleet.member(rollout->id, device.id);
    if (member != nullptr && core::is_moving(member->state)) ++attempts;
  }
  expect(attempts <= 1, name + ": it and a rollout's attempt at once");
  expect(config.orders <= 2 * kOrders, name + ": ordered " + std::to_string(config.orders) + " times");
  expect((fleet.config_file(device.id) != nullptr) == core::is_open(config.state), name + ": its file");
  const bool confirmed = config.state == core::ConfigState::Confirmed;
  expect(!confirmed || truth.confirmed_config() >= config.attempt, name + ": the device never confirmed it");
}

void SimChecks::check_rollout(const core::Fleet& fleet, const core::Rollout& rollout,
                              const std::vector<SimDevice>& truth) {
  std::uint32_t moving = 0;
  const Digest& image = fleet.release(rollout.release)->manifest.image_sha256;
  for (const core::Member* member : fleet.members(rollout.id)) {
    const auto name = "rollout " + std::to_string(rollout.id) + ", " + member->device + " (" +
                      std::string{core::to_string(member->state)} + ")";
    moving += static_cast<std::uint32_t>(core::is_moving(member->state));
    expect(member->attempt == 0 || fleet.wave_of(*member) <= rollout.open_wave, name + ": touched before its wave");
    expect(member->state != MemberState::Waiting || member->attempts == 0, name + ": waits, but was ordered");
    expect(member->state != MemberState::Ordered || rollout.state == RolloutState::Running,
           name + ": ordered by a rollout that is " + std::string{core::to_string(rollout.state)});
    auto& before = states_[{rollout.id, member->device}];
    if (member->state == MemberState::Succeeded && before != MemberState::Succeeded) {
      const auto real = std::find_if(truth.begin(), truth.end(),
                                     [&](const SimDevice& device) { return device.id() == member->device; });
      const bool proven = real->state() == UpdateState::Confirmed || real->on_config();
      expect(real->running().sha256 == image && proven, name + ": proven, but runs " + real->running().version);
    }
    const core::Device* device = fleet.device(member->device);
    const bool on_config =
        device->config && device->config->state >= core::ConfigState::Working && core::is_open(device->config->state);
    expect(!core::is_failure(member->state) || core::is_failure(before) || !on_config,
           name + ": failed while the device was busy with its configuration");
    before = member->state;
  }
  expect(rollout.policy.at_once == 0 || moving <= rollout.policy.at_once,
         "rollout " + std::to_string(rollout.id) + ": more devices move at once than allowed");
  const bool stands = rollout.state == RolloutState::Paused || rollout.state == RolloutState::Halted;
  expect(!stands || (rollout.reason != core::RolloutReason::None && !rollout.reason_text.empty()),
         "rollout " + std::to_string(rollout.id) + ": stands without a reason");
}

void SimChecks::after_step(const core::Fleet& fleet, const std::vector<SimDevice>& truth) {
  check_orders(fleet);
  for (const core::Rollout* rollout : fleet.rollouts()) check_rollout(fleet, *rollout, truth);
  for (const SimDevice& device : truth) {
    expect(device.broken().empty(), device.broken());
    if (const core::Device* known = fleet.device(device.id())) check_config(fleet, *known, device);
  }
}

void SimChecks::saved(const core::Fleet& fleet, const core::Ledger& ledger) {
  const auto difference = ledger.difference(fleet);
  expect(difference.empty(), difference);
}

void SimChecks::at_the_end(const core::Fleet& fleet, const core::Now& now) {
  for (const core::Rollout* rollout : fleet.rollouts()) {
    const bool ended = rollout->state == RolloutState::Completed || rollout->state == RolloutState::Halted ||
                       rollout->state == RolloutState::Aborted;
    std::string waiting;
    for (const core::Member* member : fleet.members(rollout->id)) {
      if (!core::is_decided(member->state))
        waiting += "\n    " + member->device + ": " + fleet.why(member->device, now);
    }
    expect(ended, "rollout " + std::to_string(rollout->id) + " is still " +
                      std::string{core::to_string(rollout->state)} + " after hours of calm:" + waiting);
  }
  for (const core::Device* device : fleet.devices()) {
    expect(!device->config || !core::is_open(device->config->state),
           device->id + ": its configuration is still under way: " + fleet.why(device->id, now));
    expect(!device->order, device->id + ": an order is still in force after hours of calm: " + dump(*device));
    expect(!fleet.why(device->id, now).empty(), device->id + ": no reason");
  }
}

}  // namespace flotilla::simulation
