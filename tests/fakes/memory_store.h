// A Store without a disk that can be made to fail, or to hold a commit back.
#pragma once

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/service/ports.h"
#include "tests/fakes/trace.h"

namespace flotilla::fakes {

// Thread-safe. It outlives engines: a second one on it is a restart.
class MemoryStore final : public service::Store {
 public:
  explicit MemoryStore(Trace& trace) : trace_(trace) {}

  // --- the test
  // Every commit from the one with this number on (from 0) fails, `times` often.
  void fail_commits(int from, int times, std::string cause = "disk full") {
    const std::lock_guard lock(mutex_);
    fail_from_ = from;
    fail_times_ = times;
    cause_ = std::move(cause);
  }
  // A full disk that has room for the smallest commit alone: others fail.
  void fail_rows(bool fail) {
    const std::lock_guard lock(mutex_);
    fail_rows_ = fail;
  }
  void fail_loads(bool fail) {
    const std::lock_guard lock(mutex_);
    fail_loads_ = fail;
  }
  // Commits wait until release().
  void hold() {
    const std::lock_guard lock(mutex_);
    held_ = true;
  }
  void release() {
    const std::lock_guard lock(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  // Somebody waits in a held commit.
  void wait_held() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return waiting_; });
  }
  [[nodiscard]] int attempts() const {
    const std::lock_guard lock(mutex_);
    return attempts_;
  }
  [[nodiscard]] std::set<std::string> outbox() const {
    const std::lock_guard lock(mutex_);
    return outbox_;
  }
  [[nodiscard]] std::vector<core::HistoryEntry> all_history() const {
    const std::lock_guard lock(mutex_);
    return history_;
  }

  // --- Store
  Result<core::FleetSnapshot, Error> load() override {
    const std::lock_guard lock(mutex_);
    if (fail_loads_) return Error{ErrorCode::Unavailable, "cannot read", {}};
    core::FleetSnapshot out;
    out.meta = meta_;
    for (const auto& [id, row] : devices_) out.devices.push_back(row);
    for (const auto& [version, row] : releases_) out.releases.push_back(row);
    for (const auto& [id, row] : rollouts_) out.rollouts.push_back(row);
    for (const auto& [key, row] : members_) out.members.push_back(row);
    return out;
  }
  Result<std::vector<std::string>, Error> load_outbox() override {
    const std::lock_guard lock(mutex_);
    return std::vector<std::string>(outbox_.begin(), outbox_.end());
  }
  Result<Unit, Error> commit(const service::Commit& commit) override {
    std::unique_lock lock(mutex_);
    waiting_ = held_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return !held_; });
    waiting_ = false;
    if (attempts_++ >= fail_from_ && fail_times_ > 0) {
      --fail_times_;
      trace_.add("commit failed");
      return Error{ErrorCode::Unavailable, cause_, {}};
    }
    if (fail_rows_ && !commit.devices.empty()) {
      trace_.add("commit failed");
      return Error{ErrorCode::Unavailable, "no room for rows", {}};
    }
    apply(commit);
    trace_.add("commit");
    return Unit{};
  }
  Result<std::vector<core::HistoryEntry>, Error> history(const std::string& device, core::RolloutId rollout,
                                                         std::uint32_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<core::HistoryEntry> out;
    for (auto row = history_.rbegin(); row != history_.rend() && out.size() < limit; ++row) {
      if ((device.empty() || row->device == device) && (rollout == 0 || row->rollout == rollout)) out.push_back(*row);
    }
    return out;
  }

 private:
  void apply(const service::Commit& commit) {
    if (commit.meta) meta_ = *commit.meta;
    for (const auto& row : commit.devices) devices_[row.id] = row;
    for (const auto& row : commit.releases) releases_[row.version] = row;
    for (const auto& row : commit.rollouts) rollouts_[row.id] = row;
    for (const auto& row : commit.members) members_[{row.rollout, row.device}] = row;
    history_.insert(history_.end(), commit.history.begin(), commit.history.end());
    for (const auto& device : commit.outbox_remove) outbox_.erase(device);
    outbox_.insert(commit.outbox_add.begin(), commit.outbox_add.end());
  }

  Trace& trace_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  core::FleetMeta meta_;
  std::map<std::string, core::Device> devices_;
  std::map<std::string, core::Release> releases_;
  std::map<core::RolloutId, core::Rollout> rollouts_;
  std::map<std::pair<core::RolloutId, std::string>, core::Member> members_;
  std::vector<core::HistoryEntry> history_;
  std::set<std::string> outbox_;
  bool held_ = false;
  bool waiting_ = false;
  bool fail_loads_ = false;
  bool fail_rows_ = false;
  int attempts_ = 0;
  int fail_from_ = 0;
  int fail_times_ = 0;
  std::string cause_;
};

}  // namespace flotilla::fakes
