#include "daemon/service/pending_commit.h"

#include <iterator>

namespace flotilla::service {

void PendingCommit::add(core::Effects&& effects) {
  devices_.insert(effects.devices.begin(), effects.devices.end());
  releases_.insert(effects.releases.begin(), effects.releases.end());
  rollouts_.insert(effects.rollouts.begin(), effects.rollouts.end());
  members_.insert(effects.members.begin(), effects.members.end());
  history_.insert(history_.end(), std::make_move_iterator(effects.history.begin()),
                  std::make_move_iterator(effects.history.end()));
  for (const std::string& device : effects.publish) {
    publish_.insert(device);
    acknowledged_.erase(device);  // that was the command before this one
    devices_.insert(device);
  }
  meta_changed_ = meta_changed_ || effects.meta_changed;
}

bool PendingCommit::empty() const {
  return devices_.empty() && releases_.empty() && rollouts_.empty() && members_.empty() && history_.empty() &&
         publish_.empty() && acknowledged_.empty() && !meta_changed_;
}

Commit PendingCommit::build(const core::Fleet& fleet) const {
  Commit commit;
  for (const std::string& id : devices_) {
    if (const core::Device* row = fleet.device(id)) commit.devices.push_back(*row);
  }
  for (const std::string& version : releases_) {
    if (const core::Release* row = fleet.release(version)) commit.releases.push_back(*row);
  }
  for (const core::RolloutId id : rollouts_) {
    if (const core::Rollout* row = fleet.rollout(id)) commit.rollouts.push_back(*row);
  }
  for (const auto& [rollout, device] : members_) {
    if (const core::Member* row = fleet.member(rollout, device)) commit.members.push_back(*row);
  }
  commit.history = history_;
  commit.outbox_add.assign(publish_.begin(), publish_.end());
  commit.outbox_remove.assign(acknowledged_.begin(), acknowledged_.end());
  // The judging clock goes along with every commit: what a deadline has counted survives a kill.
  commit.meta = fleet.meta();
  return commit;
}

}  // namespace flotilla::service
