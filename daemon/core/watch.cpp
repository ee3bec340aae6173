#include "daemon/core/watch.h"

namespace flotilla::core {

namespace {
constexpr std::uint32_t kAdd = 1;
constexpr std::uint32_t kRemove = UINT32_MAX;  // minus one, modulo 2^32
constexpr std::uint32_t kCrowd = 3;
}  // namespace

void SilenceWatch::count(const Entry& entry, std::uint32_t sign) {
  if (entry.on_trial) return;
  watched_ += sign;
  if (entry.silent) silent_ += sign;
}

void SilenceWatch::heard(const std::string& device, std::int64_t link_ms, std::int64_t interval_ms, bool on_trial) {
  const auto [it, is_new] = entries_.try_emplace(device);
  Entry& entry = it->second;
  const bool queued = !is_new && !entry.silent;
  if (!is_new) count(entry, kRemove);
  entry = {link_ms + 2 * interval_ms, false, on_trial};
  count(entry, kAdd);
  if (!queued) queue_.emplace(entry.due, device);
}

void SilenceWatch::set_on_trial(const std::string& device, bool on_trial) {
  const auto it = entries_.find(device);
  if (it == entries_.end()) return;
  count(it->second, kRemove);
  it->second.on_trial = on_trial;
  count(it->second, kAdd);
}

void SilenceWatch::forget(const std::string& device) {
  const auto it = entries_.find(device);
  if (it == entries_.end()) return;
  count(it->second, kRemove);
  // A device that is judged offline has been silent for a while: this loop is for the few that report at long intervals.
  for (auto entry = queue_.begin(); !it->second.silent && entry != queue_.end(); ++entry) {
    if (entry->second != device) continue;
    queue_.erase(entry);
    break;
  }
  entries_.erase(it);
}

void SilenceWatch::advance(std::int64_t link_ms) {
  while (!queue_.empty() && queue_.begin()->first <= link_ms) {
    const auto device = queue_.begin()->second;
    queue_.erase(queue_.begin());
    Entry& entry = entries_.at(device);
    if (entry.due > link_ms) {
      queue_.emplace(entry.due, device);
      continue;
    }
    count(entry, kRemove);
    entry.silent = true;
    count(entry, kAdd);
  }
}

bool SilenceWatch::crowd_is_silent() const { return silent_ >= kCrowd && silent_ * 2 >= watched_; }

std::vector<std::string> SilenceWatch::silent_devices() const {
  std::vector<std::string> names;
  for (const auto& [device, entry] : entries_) {
    if (entry.silent) names.push_back(device);
  }
  return names;
}

}  // namespace flotilla::core
