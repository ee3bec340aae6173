#include "tests/unit/core/ledger.h"

#include <sstream>

#include "daemon/core/names.h"

namespace flotilla::core {

std::string dump(const Device& device) {
  std::ostringstream out;
  const Heartbeat& report = device.reported;
  out << device.id << " hardware " << device.announced_hardware << " seen " << device.first_seen_at << " heard "
      << device.last_heard_at << '/' << device.last_heard_judging << " present " << device.present << " online "
      << device.online << " sequence " << device.sequence << " reports " << report.attempt_id << ' '
      << to_string(report.update_state) << ' ' << report.progress_percent << ' ' << report.last_sequence << ' '
      << report.running_version.view() << ' ' << report.uptime_seconds << ' ' << report.boot_count;
  for (const auto& [key, value] : device.labels) out << ' ' << key << '=' << value;
  if (device.order) {
    const Order& order = *device.order;
    out << " order " << to_string(order.kind) << ' ' << order.attempt << ' ' << order.rollout << ' ' << order.release
        << ' ' << order.sequence << ' ' << order.trust_version << ' ' << order.issued_at << ' ' << order.expires_at
        << ' ' << order.download_seconds << ' ' << order.trial_boots << ' ' << order.trial_seconds << ' '
        << order.trial_maximum_seconds << ' ' << order.accepted;
  }
  if (device.config) {
    const ConfigChange& config = *device.config;
    out << " config " << to_hex(config.sha256).view() << ' ' << to_string(config.state) << ' ' << config.attempt << ' '
        << config.orders << ' ' << to_string(config.why) << " '" << config.detail << "' "
        << (config.deadline ? std::to_string(*config.deadline) : "none") << " by " << config.ordered_by << ' '
        << config.ordered_at << ' ' << config.changed_at;
  }
  return out.str();
}

std::string dump(const Rollout& rollout) {
  std::ostringstream out;
  out << "rollout " << rollout.id << ' ' << rollout.release << ' ' << to_string(rollout.state) << ' '
      << to_string(rollout.reason) << " '" << rollout.reason_text << "' wave " << rollout.open_wave << " targets "
      << rollout.targets << " created " << rollout.created_at << " ended " << rollout.ended_at << " by "
      << rollout.created_by;
  return out.str();
}

std::string dump(const Member& member) {
  std::ostringstream out;
  out << "member " << member.rollout << '/' << member.device << " rank " << member.rank << ' '
      << to_string(member.state) << ' ' << to_string(member.why) << ' ' << to_string(member.skip) << " '"
      << member.detail << "' attempt " << member.attempt << " of " << member.attempts << " deadline "
      << (member.deadline ? std::to_string(*member.deadline) : "none") << " before " << member.previous_version
      << " changed " << member.changed_at;
  return out.str();
}

void Ledger::apply(const Fleet& fleet, const Effects& effects) {
  for (const auto& id : effects.devices) devices_[id] = *fleet.device(id);
  for (const auto& version : effects.releases) releases_[version] = *fleet.release(version);
  for (const auto id : effects.rollouts) rollouts_[id] = *fleet.rollout(id);
  for (const auto& key : effects.members) members_[key] = *fleet.member(key.first, key.second);
  if (effects.meta_changed) meta_ = fleet.meta();
}

FleetSnapshot Ledger::snapshot() const {
  FleetSnapshot snapshot;
  snapshot.meta = meta_;
  for (const auto& [id, row] : devices_) snapshot.devices.push_back(row);
  for (const auto& [id, row] : releases_) snapshot.releases.push_back(row);
  for (const auto& [id, row] : rollouts_) snapshot.rollouts.push_back(row);
  for (const auto& [id, row] : members_) snapshot.members.push_back(row);
  return snapshot;
}

std::string Ledger::difference(const Fleet& fleet) const {
  const auto differ = [](const std::string& memory, const std::string& saved) {
    return memory == saved ? std::string{} : "in memory: " + memory + "\n    saved: " + saved;
  };
  for (const Device* device : fleet.devices()) {
    const auto saved = devices_.find(device->id);
    const auto text = differ(dump(*device), saved == devices_.end() ? "nothing" : dump(saved->second));
    if (!text.empty()) return text;
  }
  for (const Rollout* rollout : fleet.rollouts()) {
    const auto saved = rollouts_.find(rollout->id);
    const auto text = differ(dump(*rollout), saved == rollouts_.end() ? "nothing" : dump(saved->second));
    if (!text.empty()) return text;
    for (const Member* member : fleet.members(rollout->id)) {
      const auto row = members_.find({member->rollout, member->device});
      const auto difference = differ(dump(*member), row == members_.end() ? "nothing" : dump(row->second));
      if (!difference.empty()) return difference;
    }
  }
  const FleetMeta& meta = fleet.meta();
  if (meta.next_attempt != meta_.next_attempt || meta.next_rollout != meta_.next_rollout) return "the counters differ";
  return "";
}

}  // namespace flotilla::core
