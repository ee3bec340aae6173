// flotillad is killed with SIGKILL at 50 random moments while rollouts run. It must go on where it was: every board gets
// every release exactly once.
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/e2e/live_fleet.h"

namespace flotilla::test {
namespace {

constexpr int kKills = 50;

std::uint32_t seed() {
  const char* given = std::getenv("FLOTILLA_SEED");
  return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
}

TEST(DaemonKilled, AtFiftyRandomMomentsNothingIsLostOrDoneTwice) {
  const auto chosen = seed();
  std::printf("FLOTILLA_SEED=%u replays this\n", chosen);
  std::mt19937 random(chosen);
  LiveFleet fleet(8);
  std::map<std::string, int> boots;
  for (const auto& id : fleet.boards()) boots[id] = LiveFleet::device(id)["boot"]["count"].get<int>();

  int kills = 0;
  int releases = 0;
  std::string version;
  while (kills < kKills) {
    version = "1." + std::to_string(++releases) + ".0";
    fleet.release(version);
    const auto rollout = LiveFleet::start_rollout(version, {"--waves", "1,3,100%", "--soak", "1s", "--trial", "60s"});
    while (kills < kKills && LiveFleet::rollout_state(rollout) == "running") {
      // The moment is what is tested: a random time after the daemon answers again.
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 700));
      fleet.end_daemon(SIGKILL);
      ++kills;
      fleet.start_daemon();
    }
    fleet.wait_for(
        "rollout of " + version + " at its end", [&] { return LiveFleet::rollout_state(rollout) != "running"; }, 120);
    EXPECT_EQ(LiveFleet::rollout_state(rollout), "completed")
        << LiveFleet::flotilla({"rollout", "show", std::to_string(rollout)}).output;
  }
  fleet.wait_all_run(version);
  std::printf("%d kills during %d rollouts\n", kills, releases);
  for (const auto& id : fleet.boards()) {
    const auto device = LiveFleet::device(id);
    EXPECT_EQ(device["update"]["state"], "confirmed") << id;
    // One reboot a release: an order that took effect twice would show as one more.
    EXPECT_EQ(device["boot"]["count"].get<int>(), boots[id] + releases) << id;
  }
}

}  // namespace
}  // namespace flotilla::test
