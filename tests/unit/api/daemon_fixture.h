// A daemon without broker, database and disk: the real engine and the real API server, and fakes of the engine's ports.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/api/client.h"
#include "daemon/api/engine_access.h"
#include "daemon/api/operator_api.h"
#include "daemon/api/server.h"
#include "daemon/service/engine.h"
#include "tests/support/temp_dir.h"

namespace flotilla::api {

// Keeps the history; everything else lives in the fleet. `broken` makes every commit fail.
class HistoryStore final : public service::Store {
 public:
  std::atomic<bool> broken{false};
  core::FleetSnapshot snapshot;  // what is loaded after a failure; written before `broken`

  Result<core::FleetSnapshot, Error> load() override { return snapshot; }
  Result<std::vector<std::string>, Error> load_outbox() override { return std::vector<std::string>{}; }
  Result<Unit, Error> commit(const service::Commit& commit) override {
    if (broken) return Error{ErrorCode::Unavailable, "the disk is full", "make room"};
    history_.insert(history_.begin(), commit.history.rbegin(), commit.history.rend());
    return Unit{};
  }
  Result<std::vector<core::HistoryEntry>, Error> history(const std::string& device, core::RolloutId rollout,
                                                         std::uint32_t limit) override {
    std::vector<core::HistoryEntry> found;
    for (const core::HistoryEntry& entry : history_) {
      if (!device.empty() && entry.device != device) continue;
      if (rollout != 0 && entry.rollout != rollout) continue;
      if (found.size() < limit) found.push_back(entry);
    }
    return found;
  }

 private:
  std::vector<core::HistoryEntry> history_;
};

class NoBroker final : public service::Publisher {
 public:
  Result<Unit, Error> publish(const std::string&, const std::string&, std::uint64_t) override { return Unit{}; }
};

class NoAccess final : public service::FileAccess {
 public:
  void allow(const std::string&, service::FileKind, const Digest&) override {}
  void withdraw(const std::string&) override {}
};

// What was put, in its order.
class Shelf final : public service::ImageCatalog {
 public:
  Result<Unit, Error> put(const Digest& sha256, const std::string& image) override {
    if (full) return Error{ErrorCode::Unavailable, "no room for the image", "make room"};
    images.emplace_back(sha256, image);
    return Unit{};
  }
  Result<Unit, Error> check(const Digest&) override { return Unit{}; }

  std::atomic<bool> full{false};
  std::vector<std::pair<Digest, std::string>> images;  // read when no request is under way
};

class ConfigShelf final : public service::ConfigFiles {
 public:
  Result<Unit, Error> put(const Digest& sha256, const std::string& content) override {
    if (full) return Error{ErrorCode::Unavailable, "no room for the configuration", "make room"};
    files[sha256] = content;
    return Unit{};
  }
  Result<Unit, Error> check(const Digest&) override { return Unit{}; }
  void remove(const Digest& sha256) override { files.erase(sha256); }
  void keep_only(const std::set<Digest>&) override {}

  std::atomic<bool> full{false};
  std::map<Digest, std::string> files;  // read when no request is under way
};

class PlainSigner final : public service::CommandSigner {
 public:
  Result<std::string, Error> sign(const core::Order& order, const std::string& device, const std::string&,
                                  const Digest&) override {
    return device + ":" + std::to_string(order.sequence);
  }
};

class StillClock final : public service::Clock {
 public:
  core::Now now() override { return {1'000'000, 1'700'000'000, true}; }
};

inline Digest digest_of(std::uint8_t byte) {
  Digest digest;
  digest.bytes.fill(byte);
  return digest;
}

// "bundle VERSION BYTE": a release whose image's digest is made of that byte.
inline Result<OpenedBundle, Error> read_test_bundle(const std::string& bytes) {
  if (bytes.rfind("bundle ", 0) != 0 || bytes.size() < 10) {
    return Error{ErrorCode::Corrupt, "the bundle is truncated", "sign it again"};
  }
  OpenedBundle bundle;
  bundle.release.version = bytes.substr(7, bytes.size() - 9);
  bundle.release.signed_manifest = "signed";
  Manifest& manifest = bundle.release.manifest;
  manifest.product = Name("sensor");
  (void)manifest.hardware.push_back(Name("d1-mini"));
  manifest.version = VersionText(bundle.release.version);
  manifest.release_counter = 2;
  manifest.image_size = 420'000;
  manifest.image_sha256 = digest_of(static_cast<std::uint8_t>(bytes.back()));
  bundle.image = "image of " + bundle.release.version;
  return bundle;
}

// "config DEVICE BYTE": a provisioning whose digest is made of that byte.
inline Result<OpenedConfig, Error> read_test_config(const std::string& bytes) {
  if (bytes.rfind("config ", 0) != 0 || bytes.size() < 10) {
    return Error{ErrorCode::Corrupt, "the configuration does not decode", "make it again"};
  }
  return OpenedConfig{bytes.substr(7, bytes.size() - 9), "sensor", "d1-mini",
                      digest_of(static_cast<std::uint8_t>(bytes.back()))};
}

class DaemonFixture : public ::testing::Test {
 protected:
  DaemonFixture()
      : engine_(quick(), {store_, broker_, access_, shelf_, configs_, signer_, clock_}),
        fleet_(engine_),
        api_({"9.9.9", 1}, fleet_,
             {read_test_bundle,
              [this](const Digest& sha256, const std::string& image) { return shelf_.put(sha256, image); },
              read_test_config,
              [this](const Digest& sha256, const std::string& content) { return configs_.put(sha256, content); }}),
        server_({.socket_path = dir_.file("api.sock")}, [this](const HttpRequest& r) { return api_.handle(r); }),
        client_(dir_.file("api.sock")) {}
  ~DaemonFixture() override {
    server_.stop();
    engine_.stop();
  }

  void SetUp() override {
    ASSERT_TRUE(engine_.start().ok());
    ASSERT_TRUE(server_.start().ok());
    engine_.post_broker(true);
  }

  static service::EngineConfig quick() {
    service::EngineConfig config;
    config.commit_window_ms = 1;
    config.tick_ms = 5;
    config.stop_wait_ms = 1;  // nobody acknowledges what is published here
    return config;
  }

  void heartbeat(const std::string& id, const std::function<void(Heartbeat&)>& change = {}) {
    Heartbeat heartbeat;
    heartbeat.hardware = Name("d1-mini");
    heartbeat.product = Name("sensor");
    heartbeat.running_version = VersionText("1.0.0");
    heartbeat.running_sha256 = digest_of(0x11);
    heartbeat.running_counter = 1;
    heartbeat.update_state = UpdateState::Confirmed;
    heartbeat.trust_version = 1;
    heartbeat.slot_size = 0x100000;
    heartbeat.flash_size = 0x400000;
    heartbeat.local_rollback = true;
    heartbeat.next_heartbeat_seconds = 30;
    heartbeat.rssi = -60;
    if (change) change(heartbeat);
    engine_.post_heartbeat(id, heartbeat);
  }

  nlohmann::json get(const std::string& target) {
    const auto reply = client_.get(target);
    EXPECT_TRUE(reply.ok()) << target << ": " << (reply.ok() ? "" : reply.error().message);
    return reply.ok() ? nlohmann::json::parse(*reply) : nlohmann::json();
  }
  nlohmann::json post(const std::string& target, const std::string& body) {
    const auto reply = client_.post(target, body);
    EXPECT_TRUE(reply.ok()) << target << ": " << (reply.ok() ? "" : reply.error().message);
    return reply.ok() ? nlohmann::json::parse(*reply) : nlohmann::json();
  }
  Result<std::string, Error> add_bundle(const std::string& bundle) {
    return client_.post("/v1/releases", bundle, "application/octet-stream");
  }
  // The reply of the handler itself, with its HTTP status.
  HttpReply ask(const std::string& method, const std::string& target, const std::string& body = {},
                const std::string& type = "application/json") {
    return api_.handle({method, target, type, body, "alice"});
  }
  // ctest's time limit ends a wait in vain.
  void wait_for_device(const std::string& id) {
    while (!client_.get("/v1/devices/" + id).ok()) std::this_thread::yield();
  }

  test::TempDir dir_;
  HistoryStore store_;
  NoBroker broker_;
  NoAccess access_;
  Shelf shelf_;
  ConfigShelf configs_;
  PlainSigner signer_;
  StillClock clock_;
  service::Engine engine_;
  EngineAccess fleet_;
  OperatorApi api_;
  ApiServer server_;
  ApiClient client_;
};

}  // namespace flotilla::api
