// The engine's thread: see engine.h.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "daemon/service/dispatcher.h"
#include "daemon/service/engine.h"
#include "daemon/service/inbox.h"
#include "daemon/service/pending_commit.h"

namespace flotilla::service {

class Engine::Loop {
 public:
  Loop(EngineConfig config, EnginePorts ports);

  Result<Unit, Error> start();
  void stop();
  [[nodiscard]] Inbox& inbox() { return inbox_; }
  [[nodiscard]] EngineStatus status() const;

 private:
  void run();
  void finish();

  // --- Running
  void step();
  void handle(const Event& event, const core::Now& now, PendingCommit& pending);
  void malformed(const MalformedEvent& event, const core::Now& now, core::Effects& out);
  void tick(const core::Now& now, PendingCommit& pending);
  void add(PendingCommit& pending, core::Effects&& effects);
  [[nodiscard]] bool commit(const PendingCommit& pending);
  static void answer(std::vector<RequestPtr>& requests, const Result<Unit, Error>& reply);
  void read(std::vector<RequestPtr>& requests, const core::Now& now);

  // --- Degraded
  Result<Unit, Error> reload();
  void degrade(const Error& error, const core::Now& now);
  void step_degraded();
  void recover(const core::Now& now);

  void publish_status();
  void report(Severity severity, const std::string& text) const;

  const EngineConfig config_;
  EnginePorts ports_;
  Inbox inbox_;
  std::thread thread_;

  // --- the engine's thread (and start())
  std::optional<core::Fleet> fleet_;  // none: the store cannot even be read
  Dispatcher dispatcher_;
  bool broker_up_ = false;
  bool broker_unheard_ = false;  // the fleet was reloaded and does not know that the broker is there
  std::int64_t last_tick_ms_ = 0;
  std::unordered_map<std::string, std::int64_t> malformed_at_;  // when a device's last history entry about it was made
  std::string cause_;                                           // empty: Running
  std::int64_t retry_at_ms_ = 0;
  std::uint32_t retry_ms_ = 0;  // 0: the last commit was good
  std::uint64_t commits_ = 0;
  std::uint64_t commit_failures_ = 0;

  mutable std::mutex status_mutex_;
  EngineStatus status_;  // guarded by status_mutex_; the inbox counts its part itself
};

}  // namespace flotilla::service
