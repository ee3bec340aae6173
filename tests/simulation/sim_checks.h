// What must hold at every step, whatever happened. The first violation is kept, with what it is about.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/fleet.h"
#include "tests/simulation/sim_device.h"
#include "tests/unit/core/ledger.h"

namespace flotilla::simulation {

class SimChecks {
 public:
  // After every step, while the daemon is up. `truth`: the devices as they really are.
  void after_step(const core::Fleet& fleet, const std::vector<SimDevice>& truth);
  // What one commit made durable.
  void committed(const core::Fleet& fleet, const core::Effects& out);
  // Memory against what was saved.
  void saved(const core::Fleet& fleet, const core::Ledger& ledger);
  // What goes to the broker. One sequence, one content, for ever.
  void published(const std::string& device, const core::Order& order);
  // While the daemon is subscribed and has nothing left to send, the broker retains the orders in force and no others.
  void retained(const core::Fleet& fleet, const std::map<std::string, core::Order>& retained);
  // When nothing has gone wrong for hours: everything is at its end.
  void at_the_end(const core::Fleet& fleet, const core::Now& now);

  [[nodiscard]] const std::map<std::string, std::uint64_t>& config_ends() const { return config_ends_; }
  [[nodiscard]] const std::string& violation() const { return violation_; }
  [[nodiscard]] std::uint64_t count() const { return count_; }

 private:
  void expect(bool holds, const std::string& what);
  void check_orders(const core::Fleet& fleet);
  void check_config(const core::Fleet& fleet, const core::Device& device, const SimDevice& truth);
  void check_rollout(const core::Fleet& fleet, const core::Rollout& rollout, const std::vector<SimDevice>& truth);

  std::map<std::pair<std::string, std::uint32_t>, std::string> contents_;
  std::map<std::pair<core::RolloutId, std::string>, core::MemberState> states_;
  std::map<std::string, core::ConfigChange> configs_;  // as committed last
  std::map<std::string, std::uint64_t> config_ends_;
  std::string violation_;
  std::uint64_t count_ = 0;
};

}  // namespace flotilla::simulation
