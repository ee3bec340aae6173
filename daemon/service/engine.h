// The engine: one thread that owns the fleet and the store. It takes events and operators' commands from a bounded inbox,
// lets the fleet decide, commits once for all that came within a few milliseconds, and only then opens images, signs and
// publishes. Nothing leaves the daemon that is not stored.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/core/fleet.h"
#include "daemon/core/types.h"
#include "daemon/service/ports.h"

namespace flotilla::service {

enum class EngineState : std::uint8_t {
  Stopped,  // before start() and after stop()
  Running,
  Degraded,  // the store does not take commits: no orders, no commands; tried again with backoff
};
[[nodiscard]] std::string_view to_string(EngineState state);  // "Stopped", "Running", "Degraded"

// Counters run from the process's start.
struct EngineStatus {
  EngineState state = EngineState::Stopped;
  std::string cause;        // why it is Degraded; else empty
  std::string orders_wait;  // why commands are ready and not sent ("the clock is not synchronised"); else empty
  bool broker_up = false;
  std::uint64_t heartbeats = 0;           // taken in
  std::uint64_t heartbeats_replaced = 0;  // a newer one of the same device came before it was handled
  std::uint64_t overload_dropped = 0;     // events of devices that found the inbox full
  std::uint64_t malformed = 0;
  std::uint64_t commits = 0;
  std::uint64_t commit_failures = 0;
  std::uint64_t published = 0;     // handed to the broker's client
  std::uint64_t acknowledged = 0;  // PUBACKs
  std::uint64_t publish_failures = 0;
  std::uint64_t outbox = 0;  // devices whose command is not yet acknowledged
  std::uint64_t inbox = 0;   // events waiting now
};

enum class Severity : std::uint8_t { Info, Warning, Error };

struct EngineConfig {
  core::FleetConfig fleet;
  std::uint32_t commit_window_ms = 10;  // how long to wait for company before a commit
  std::uint32_t tick_ms = 250;
  std::size_t inbox_limit = 100'000;   // waiting events of devices; operators' commands are not limited
  std::uint32_t stop_wait_ms = 2'000;  // for outstanding PUBACKs
  std::uint32_t retry_first_ms = 200;  // after a failed commit; doubles up to retry_maximum_ms
  std::uint32_t retry_maximum_ms = 10'000;
  std::uint32_t publish_retry_ms = 30'000;                   // after the broker refused a command
  std::uint32_t malformed_history_ms = 60'000;               // one history entry per device and this long
  std::function<void(Severity, const std::string&)> report;  // any thread; may be empty
};

// All must outlive the engine. All but `clock` are called on the engine's thread alone (and on start()'s caller).
struct EnginePorts {
  Store& store;
  Publisher& publisher;
  FileAccess& access;
  ImageCatalog& catalog;
  ConfigFiles& configs;
  CommandSigner& signer;
  Clock& clock;
};

class Engine {
 public:
  Engine(EngineConfig config, EnginePorts ports);
  ~Engine();  // stops
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Loads the fleet and begins. The error is the store's.
  Result<Unit, Error> start();
  // Handles what is in the inbox, commits, waits for outstanding PUBACKs (bounded), joins. Whoever waits gets an answer.
  // Stop the sources of commands before it and the broker's client after it. Idempotent.
  void stop();

  // --- events: any thread, never block, ignored while stopped.
  void post_heartbeat(const std::string& device, const Heartbeat& heartbeat);
  void post_presence(const std::string& device, bool online);
  void post_broker(bool up);
  void post_published(const std::string& device, std::uint64_t token);
  void post_publish_failed(const std::string& device, std::uint64_t token, const std::string& what);
  void post_file_unusable(FileKind kind, const Digest& file, const std::string& text);
  // A message that could not be decoded: counted, reported, and in the device's history (rate-limited).
  void post_malformed(const std::string& device, const std::string& what);

  // --- operators: any thread but the engine's own, blocking.
  using Change = std::function<Result<Unit, Error>(core::Fleet&, const core::Now&, core::Effects&)>;
  // Runs `change` on the engine's thread; returns when what it did is durable, or with its error, or with Unavailable
  // while Degraded or stopped (then nothing has changed). `change` must not throw.
  Result<Unit, Error> execute(Change change);

  // The same for a change with a value: engine.command<core::RolloutId>([&](auto& fleet, auto& now, auto& out) {
  //   return fleet.start_rollout(spec, now, out); });
  template <typename T, typename F>
  Result<T, Error> command(F change) {
    std::optional<T> value;
    auto done = execute([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) -> Result<Unit, Error> {
      Result<T, Error> result = change(fleet, now, out);
      if (!result.ok()) return result.error();
      value.emplace(std::move(result).value());
      return Unit{};
    });
    if (!done.ok()) return done.error();
    return std::move(*value);
  }

  // Reads on the engine's thread: what is stored, also while Degraded. Unavailable when stopped, or when the store
  // cannot be read either. `read` must not throw.
  Result<Unit, Error> query(std::function<void(const core::Fleet&, const core::Now&)> read);
  // Newest first. An empty device or rollout 0: any.
  Result<std::vector<core::HistoryEntry>, Error> history(const std::string& device, core::RolloutId rollout,
                                                         std::uint32_t limit);

  [[nodiscard]] EngineStatus status() const;  // any thread

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace flotilla::service
