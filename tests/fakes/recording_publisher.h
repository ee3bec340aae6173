// The other ports of the engine, remembering what they were asked for.
#pragma once

#include <functional>
#include <iterator>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "daemon/core/names.h"
#include "daemon/service/ports.h"
#include "tests/fakes/trace.h"

namespace flotilla::fakes {

struct Publication {
  std::string device;
  std::string payload;
  std::uint64_t token = 0;
};

// Thread-safe.
class RecordingPublisher final : public service::Publisher {
 public:
  explicit RecordingPublisher(Trace& trace) : trace_(trace) {}

  void refuse(int times) {
    const std::lock_guard lock(mutex_);
    refuse_ = times;
  }
  // Called for each publish that was taken, on the engine's thread: acknowledges, mostly.
  void on_publish(std::function<void(const Publication&)> call) {
    const std::lock_guard lock(mutex_);
    on_publish_ = std::move(call);
  }
  [[nodiscard]] std::vector<Publication> all() const {
    const std::lock_guard lock(mutex_);
    return all_;
  }

  Result<Unit, Error> publish(const std::string& device, const std::string& payload, std::uint64_t token) override {
    std::function<void(const Publication&)> call;
    {
      const std::lock_guard lock(mutex_);
      if (refuse_ > 0) {
        --refuse_;
        trace_.add("publish refused");
        return Error{ErrorCode::Unavailable, "the queue is full", {}};
      }
      all_.push_back({device, payload, token});
      call = on_publish_;
    }
    trace_.add("publish " + device + " " + (payload.empty() ? "(empty)" : payload));
    if (call) call({device, payload, token});
    return Unit{};
  }

 private:
  Trace& trace_;
  mutable std::mutex mutex_;
  std::vector<Publication> all_;
  int refuse_ = 0;
  std::function<void(const Publication&)> on_publish_;
};

// Thread-safe by its trace.
class RecordingAccess final : public service::FileAccess {
 public:
  explicit RecordingAccess(Trace& trace) : trace_(trace) {}
  void allow(const std::string& device, service::FileKind kind, const Digest& /*file*/) override {
    trace_.add((kind == service::FileKind::Config ? "allow config " : "allow ") + device);
  }
  void withdraw(const std::string& device) override { trace_.add("withdraw " + device); }

 private:
  Trace& trace_;
};

// Holds every image, until one is called damaged.
class MemoryCatalog final : public service::ImageCatalog {
 public:
  void damage(const Digest& image) {
    const std::lock_guard lock(mutex_);
    damaged_[image] = true;
  }
  Result<Unit, Error> put(const Digest& /*sha256*/, const std::string& /*image*/) override { return Unit{}; }
  Result<Unit, Error> check(const Digest& sha256) override {
    const std::lock_guard lock(mutex_);
    if (damaged_.count(sha256) == 0) return Unit{};
    return Error{ErrorCode::Corrupt, "the image was changed on the disk", {}};
  }

 private:
  std::mutex mutex_;
  std::map<Digest, bool> damaged_;
};

// Configurations in memory.
class MemoryConfigs final : public service::ConfigFiles {
 public:
  explicit MemoryConfigs(Trace& trace) : trace_(trace) {}
  [[nodiscard]] std::set<Digest> all() const {
    const std::lock_guard lock(mutex_);
    return files_;
  }
  // Behind the daemon's back.
  void lose(const Digest& sha256) {
    const std::lock_guard lock(mutex_);
    files_.erase(sha256);
  }
  Result<Unit, Error> put(const Digest& sha256, const std::string& /*content*/) override {
    const std::lock_guard lock(mutex_);
    files_.insert(sha256);
    trace_.add("put config");
    return Unit{};
  }
  Result<Unit, Error> check(const Digest& sha256) override {
    const std::lock_guard lock(mutex_);
    if (files_.count(sha256) != 0) return Unit{};
    return Error{ErrorCode::Corrupt, "the configuration is missing", {}};
  }
  void remove(const Digest& sha256) override {
    const std::lock_guard lock(mutex_);
    files_.erase(sha256);
    trace_.add("remove config");
  }
  void keep_only(const std::set<Digest>& needed) override {
    const std::lock_guard lock(mutex_);
    for (auto file = files_.begin(); file != files_.end();) {
      file = needed.count(*file) != 0 ? std::next(file) : files_.erase(file);
    }
  }

 private:
  Trace& trace_;
  mutable std::mutex mutex_;
  std::set<Digest> files_;
};

// "install esp-1 #3": what a test wants to see of an order.
class ReadableSigner final : public service::CommandSigner {
 public:
  Result<std::string, Error> sign(const core::Order& order, const std::string& device,
                                  const std::string& /*signed_manifest*/, const Digest& /*file*/) override {
    return std::string(to_string(order.kind)) + " " + device + " #" + std::to_string(order.sequence);
  }
};

}  // namespace flotilla::fakes
