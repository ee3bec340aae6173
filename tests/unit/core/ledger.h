// What a store would hold: the rows that the effects named, as they were then. A fleet made from it must be the fleet.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "daemon/core/fleet.h"

namespace flotilla::core {

class Ledger {
 public:
  void apply(const Fleet& fleet, const Effects& effects);
  [[nodiscard]] FleetSnapshot snapshot() const;
  // The first row in which the fleet differs from what was saved, or from `other`; empty: none.
  [[nodiscard]] std::string difference(const Fleet& fleet) const;

 private:
  FleetMeta meta_;
  std::map<std::string, Device> devices_;
  std::map<std::string, Release> releases_;
  std::map<RolloutId, Rollout> rollouts_;
  std::map<std::pair<RolloutId, std::string>, Member> members_;
};

// Every field, as text.
[[nodiscard]] std::string dump(const Device& device);
[[nodiscard]] std::string dump(const Rollout& rollout);
[[nodiscard]] std::string dump(const Member& member);

}  // namespace flotilla::core
