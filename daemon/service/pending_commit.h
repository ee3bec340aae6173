// What a batch of events has changed, collected until it is committed.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/fleet.h"
#include "daemon/service/ports.h"

namespace flotilla::service {

// The engine's thread alone.
class PendingCommit {
 public:
  void add(core::Effects&& effects);
  // The broker has the device's newest command.
  void acknowledge(const std::string& device) { acknowledged_.insert(device); }

  [[nodiscard]] bool empty() const;
  // Rows as they are in the fleet now, each once.
  [[nodiscard]] Commit build(const core::Fleet& fleet) const;
  // Devices whose access to an image may have changed.
  [[nodiscard]] const std::set<std::string>& devices() const { return devices_; }

 private:
  std::set<std::string> devices_;
  std::set<std::string> releases_;
  std::set<core::RolloutId> rollouts_;
  std::set<std::pair<core::RolloutId, std::string>> members_;
  std::vector<core::HistoryEntry> history_;
  std::set<std::string> publish_;
  std::set<std::string> acknowledged_;
  bool meta_changed_ = false;
};

}  // namespace flotilla::service
