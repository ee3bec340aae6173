// The whole system around the real Fleet in virtual time: devices, lossy links, a broker that dies, a daemon that is
// killed before and after its commits, an operator. Everything follows from the seed.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/sim_checks.h"
#include "tests/simulation/sim_device.h"

namespace flotilla::simulation {

struct Summary {
  std::uint64_t steps = 0;
  std::uint64_t checks = 0;
  std::uint64_t restarts = 0;
  std::uint64_t outages = 0;
  std::map<std::string, std::uint64_t> configs;   // orders by how they ended, as the history tells
  std::map<std::string, std::uint64_t> rollouts;  // by their last state
  std::string violation;
};

class SimWorld {
 public:
  explicit SimWorld(std::uint64_t seed);
  Summary run();

 private:
  struct Post {
    std::int64_t at;
    std::string device;
    Heartbeat heartbeat;
  };

  void step();
  void move_broker();
  void move_daemon();
  void move_device(std::size_t index);
  void send(std::size_t index);
  void deliver();
  void operate();
  void start_rollout();
  void order_config();
  void calm_down();
  void start_daemon();
  // One event of the engine: decide, commit, publish; the daemon may be killed in between.
  template <typename Call>
  void event(Call what);
  void flush_outbox();
  [[nodiscard]] bool quiet() const;

  Random random_;
  bool calm_ = false;
  core::FleetConfig config_;
  core::Now now_{.mono_ms = 1'000'000, .wall = 1'800'000'000, .wall_trusted = true};
  std::map<std::string, Image> images_;
  std::map<Digest, ConfigFault> configs_;
  std::vector<SimDevice> devices_;
  std::vector<std::int64_t> away_until_;
  std::vector<std::int64_t> next_heartbeat_;
  std::deque<Post> posts_;

  bool broker_up_ = true;
  std::int64_t broker_back_ = 0;
  std::map<std::string, core::Order> retained_;
  std::map<std::string, Digest> retained_configs_;  // which file the retained order means

  std::unique_ptr<core::Fleet> fleet_;  // null: killed
  core::Ledger ledger_;
  std::set<std::string> outbox_;  // saved with the ledger
  std::int64_t daemon_back_ = 0;
  std::int64_t clock_trusted_again_ = 0;
  bool subscribed_ = false;

  std::uint32_t next_release_ = 2;
  std::uint32_t next_config_ = 1;
  SimChecks checks_;
  Summary summary_;
};

}  // namespace flotilla::simulation
