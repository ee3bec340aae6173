#include "daemon/service/inbox.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace flotilla::service {
namespace {

// Where a newer event takes the place of an older one; empty: each counts by itself.
struct SlotName {
  std::string operator()(const HeartbeatEvent& e) const { return "h:" + e.device; }
  std::string operator()(const PresenceEvent& e) const { return "p:" + e.device; }
  std::string operator()(const BrokerEvent& /*e*/) const { return {}; }
  std::string operator()(const PublishedEvent& /*e*/) const { return {}; }
  std::string operator()(const PublishFailedEvent& /*e*/) const { return {}; }
  std::string operator()(const FileUnusableEvent& e) const { return "f:" + std::string(to_hex(e.file).view()); }
  std::string operator()(const MalformedEvent& e) const { return "m:" + e.device; }
};

// There are as many of these as the daemon itself caused: they need no limit.
bool is_own(const Event& event) {
  return std::holds_alternative<BrokerEvent>(event) || std::holds_alternative<PublishedEvent>(event) ||
         std::holds_alternative<PublishFailedEvent>(event);
}

bool is_acknowledgement(const Event& event) {
  return std::holds_alternative<PublishedEvent>(event) || std::holds_alternative<PublishFailedEvent>(event);
}

}  // namespace

void Inbox::open() {
  const std::lock_guard lock(mutex_);
  closed_ = false;
}

void Inbox::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

void Inbox::post(Event event) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_ && !is_acknowledgement(event)) return;
    put(std::move(event));
  }
  changed_.notify_one();
}

void Inbox::put(Event event) {
  const bool heartbeat = std::holds_alternative<HeartbeatEvent>(event);
  counters_.heartbeats += heartbeat ? 1 : 0;
  counters_.malformed += std::holds_alternative<MalformedEvent>(event) ? 1 : 0;
  const std::string slot = std::visit(SlotName{}, event);
  const auto place = slot.empty() ? slots_.end() : slots_.find(slot);
  if (place != slots_.end()) {
    events_[place->second] = std::move(event);
    counters_.replaced += heartbeat ? 1 : 0;
    return;
  }
  if (events_.size() >= limit_ && !is_own(event)) {
    ++counters_.dropped;
    return;
  }
  if (!slot.empty()) slots_.emplace(slot, events_.size());
  events_.push_back(std::move(event));
}

bool Inbox::post(RequestPtr& request) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    requests_.push_back(std::move(request));
  }
  changed_.notify_one();
  return true;
}

bool Inbox::wait(std::uint32_t idle_ms, std::uint32_t window_ms) {
  std::unique_lock lock(mutex_);
  const auto something = [this] { return !events_.empty() || !requests_.empty(); };
  changed_.wait_for(lock, std::chrono::milliseconds(idle_ms), [&] { return something() || closed_; });
  const auto is_change = [](const RequestPtr& request) { return request->change != nullptr; };
  const bool to_commit = !events_.empty() || std::any_of(requests_.begin(), requests_.end(), is_change);
  if (to_commit && window_ms > 0) {
    changed_.wait_for(lock, std::chrono::milliseconds(window_ms), [this] { return closed_; });
  }
  return something();
}

void Inbox::wait_for_request(std::uint32_t idle_ms) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::milliseconds(idle_ms), [this] { return !requests_.empty() || closed_; });
}

bool Inbox::wait_for_event(std::uint32_t idle_ms) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::milliseconds(idle_ms), [this] { return !events_.empty(); });
}

Batch Inbox::take() {
  const std::lock_guard lock(mutex_);
  slots_.clear();
  return {std::exchange(events_, {}), std::exchange(requests_, {})};
}

std::vector<RequestPtr> Inbox::take_requests() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

bool Inbox::closed() const {
  const std::lock_guard lock(mutex_);
  return closed_;
}

InboxCounters Inbox::counters() const {
  const std::lock_guard lock(mutex_);
  InboxCounters counters = counters_;
  counters.waiting = events_.size() + requests_.size();
  return counters;
}

}  // namespace flotilla::service
