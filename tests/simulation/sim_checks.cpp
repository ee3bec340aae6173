#include "tests/simulation/sim_checks.h"

#include <algorithm>

#include "daemon/core/member_table.h"
#include "daemon/core/names.h"

namespace flotilla::simulation {

using core::MemberState;
using core::OrderKind;
using core::RolloutState;

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
      expect(real->running().sha256 == image && real->state() == UpdateState::Confirmed,
             name + ": proven, but runs " + real->running().version);
    }
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
  for (const SimDevice& device : truth) expect(device.broken().empty(), device.broken());
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
    expect(!device->order, device->id + ": an order is still in force after hours of calm: " + dump(*device));
    expect(!fleet.why(device->id, now).empty(), device->id + ": no reason");
  }
}

}  // namespace flotilla::simulation
