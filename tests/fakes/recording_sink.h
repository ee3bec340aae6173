// An IngestSink that remembers what it was told.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "daemon/mqtt/ingest_sink.h"

namespace flotilla::fakes {

struct Ingested {
  std::vector<std::pair<std::string, Heartbeat>> heartbeats;
  std::vector<std::pair<std::string, bool>> presences;
  std::vector<bool> broker;
  std::vector<std::pair<std::string, std::uint64_t>> published;
  std::vector<std::pair<std::string, std::string>> failed;
  std::vector<std::pair<std::string, std::string>> malformed;
};

// Thread-safe; seen() is a copy of what came so far.
class RecordingSink final : public mqtt::IngestSink {
 public:
  void heartbeat(const std::string& device, const Heartbeat& value) override {
    add([&] { seen_.heartbeats.emplace_back(device, value); });
  }
  void presence(const std::string& device, bool online) override {
    add([&] { seen_.presences.emplace_back(device, online); });
  }
  void broker(bool up) override {
    add([&] { seen_.broker.push_back(up); });
  }
  void published(const std::string& device, std::uint64_t token) override {
    add([&] { seen_.published.emplace_back(device, token); });
  }
  void publish_failed(const std::string& device, std::uint64_t, const std::string& what) override {
    add([&] { seen_.failed.emplace_back(device, what); });
  }
  void malformed(const std::string& device, const std::string& what) override {
    add([&] { seen_.malformed.emplace_back(device, what); });
  }

  [[nodiscard]] Ingested seen() const {
    const std::lock_guard lock(mutex_);
    return seen_;
  }

 private:
  template <typename Change>
  void add(const Change& change) {
    const std::lock_guard lock(mutex_);
    change();
  }

  mutable std::mutex mutex_;
  Ingested seen_;
};

}  // namespace flotilla::fakes
