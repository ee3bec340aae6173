// What waits for the engine's thread. Events of devices are bounded and take one slot per device and kind: the newest
// wins. Operators' requests are never dropped.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "common/messages.h"
#include "daemon/core/fleet.h"
#include "daemon/service/ports.h"

namespace flotilla::service {

struct HeartbeatEvent {
  std::string device;
  Heartbeat heartbeat;
};
struct PresenceEvent {
  std::string device;
  bool online = false;
};
struct BrokerEvent {
  bool up = false;
};
struct PublishedEvent {
  std::string device;
  std::uint64_t token = 0;
};
struct PublishFailedEvent {
  std::string device;
  std::uint64_t token = 0;
  std::string what;
};
struct FileUnusableEvent {
  FileKind kind = FileKind::Image;
  Digest file;
  std::string text;
};
struct MalformedEvent {
  std::string device;
  std::string what;  // of the newest
};
using Event = std::variant<HeartbeatEvent, PresenceEvent, BrokerEvent, PublishedEvent, PublishFailedEvent,
                           FileUnusableEvent, MalformedEvent>;

// An operator's request: a change of the fleet, or a reading. Exactly one of the two functions is set.
struct Request {
  std::function<Result<Unit, Error>(core::Fleet&, const core::Now&, core::Effects&)> change;
  std::function<Result<Unit, Error>(const core::Fleet&, const core::Now&, Store&)> read;
  std::promise<Result<Unit, Error>> reply;
};
using RequestPtr = std::unique_ptr<Request>;

struct Batch {
  std::vector<Event> events;  // as they came; a newer heartbeat stands where the older one stood
  std::vector<RequestPtr> requests;
};

struct InboxCounters {
  std::uint64_t heartbeats = 0;
  std::uint64_t replaced = 0;
  std::uint64_t dropped = 0;
  std::uint64_t malformed = 0;
  std::uint64_t waiting = 0;
};

// Every function from any thread, but wait() and take*() from the engine's alone.
class Inbox {
 public:
  explicit Inbox(std::size_t limit) : limit_(limit) {}

  void open();
  // From now on requests are refused and of all events only acknowledgements are taken.
  void close();
  void post(Event event);
  // false (and the request untouched) when closed.
  [[nodiscard]] bool post(RequestPtr& request);

  // Waits until something is there, at most `idle_ms`; then `window_ms` more for company, unless only readings wait or
  // the inbox was closed. false: nothing came.
  bool wait(std::uint32_t idle_ms, std::uint32_t window_ms);
  // The same for requests alone: events stay where they are.
  void wait_for_request(std::uint32_t idle_ms);
  // For the time after close(): false when `idle_ms` went by without an event.
  bool wait_for_event(std::uint32_t idle_ms);
  [[nodiscard]] Batch take();
  [[nodiscard]] std::vector<RequestPtr> take_requests();

  [[nodiscard]] bool closed() const;
  [[nodiscard]] InboxCounters counters() const;

 private:
  void put(Event event);

  const std::size_t limit_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // --- guarded by mutex_
  bool closed_ = true;
  std::vector<Event> events_;
  std::unordered_map<std::string, std::size_t> slots_;  // "kind:device" -> position in events_
  std::vector<RequestPtr> requests_;
  InboxCounters counters_;
};

}  // namespace flotilla::service
