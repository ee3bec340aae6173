#include "daemon/service/outbox.h"

#include <algorithm>

namespace flotilla::service {

void Outbox::reset(const std::vector<std::string>& devices) {
  entries_.clear();
  for (const std::string& device : devices) add(device);
}

void Outbox::add(const std::string& device) { entries_[device] = Entry{}; }

void Outbox::resend_all() {
  for (auto& [device, entry] : entries_) entry = Entry{};
}

std::vector<std::string> Outbox::due(std::int64_t now_ms) const {
  std::vector<std::string> devices;
  for (const auto& [device, entry] : entries_) {
    if (entry.token == 0 && entry.retry_at_ms <= now_ms) devices.push_back(device);
  }
  return devices;
}

std::uint64_t Outbox::sent(const std::string& device) {
  Entry& entry = entries_[device];
  entry.token = ++last_token_;
  return entry.token;
}

void Outbox::retry_at(const std::string& device, std::int64_t when_ms) { entries_[device] = Entry{0, when_ms}; }

bool Outbox::failed(const std::string& device, std::uint64_t token, std::int64_t retry_ms) {
  const auto found = entries_.find(device);
  if (found == entries_.end() || token == 0 || found->second.token != token) return false;
  found->second = Entry{0, retry_ms};
  return true;
}

bool Outbox::acknowledged(const std::string& device, std::uint64_t token) {
  const auto found = entries_.find(device);
  if (found == entries_.end() || token == 0 || found->second.token != token) return false;
  entries_.erase(found);
  return true;
}

bool Outbox::waits_for_acknowledgement() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const auto& row) { return row.second.token != 0; });
}

}  // namespace flotilla::service
