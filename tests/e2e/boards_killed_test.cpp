// All boards die at random moments of an update (SIGKILL of virtual-esp; their flash files stay): each ends on the old
// or the new version, none is lost, and they can still be updated.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/e2e/live_fleet.h"

namespace flotilla::test {
namespace {

std::uint32_t seed() {
  const char* given = std::getenv("FLOTILLA_SEED");
  return given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
}

constexpr int kKills = 25;

bool is_settled(const nlohmann::json& board) {
  const auto state = board["update"]["state"].get<std::string>();
  return board["online"].get<bool>() && (state == "confirmed" || state == "rolled-back" || state == "failed");
}

void wait_for_end(LiveFleet& fleet, std::uint64_t rollout) {
  fleet.wait_for(
      "the rollout at its end", [&] { return LiveFleet::rollout_state(rollout) != "running"; }, 120);
}

TEST(BoardsKilled, AtRandomMomentsEachEndsOnTheOldOrTheNewVersion) {
  const auto chosen = seed();
  std::printf("FLOTILLA_SEED=%u replays this\n", chosen);
  std::mt19937 random(chosen);
  LiveFleet fleet(6, 20);
  int kills = 0;
  int releases = 0;
  int updated = 0;
  while (kills < kKills) {
    std::map<std::string, std::string> before;
    for (const auto& id : fleet.boards()) before[id] = LiveFleet::device(id)["image_sha256"].get<std::string>();
    const auto version = "1." + std::to_string(++releases) + ".0";
    fleet.release(version);
    const auto rollout = LiveFleet::start_rollout(
        version, {"--waves", "100%", "--soak", "2s", "--trial", "60s", "--failure-limit", "100"});
    while (kills < kKills && LiveFleet::rollout_state(rollout) == "running") {
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 400));  // the moment is what is tested
      fleet.end_boards(SIGKILL);
      ++kills;
      fleet.start_boards();
    }
    wait_for_end(fleet, rollout);
    fleet.wait_for(
        "every board settled and online",
        [&] {
          const auto boards = LiveFleet::devices();
          return std::all_of(boards.begin(), boards.end(), is_settled);
        },
        120);
    const auto digest = LiveFleet::digest_of(version);
    for (const auto& id : fleet.boards()) {
      const auto device = LiveFleet::device(id);
      const bool confirmed = device["update"]["state"] == "confirmed";
      EXPECT_EQ(device["image_sha256"], confirmed ? digest : before[id]) << id;
      updated += confirmed ? 1 : 0;
    }
  }
  std::printf("%d kills during %d rollouts, %d updates confirmed all the same\n", kills, releases, updated);

  const auto version = "1." + std::to_string(++releases) + ".0";
  fleet.release(version);
  const auto last = LiveFleet::start_rollout(version, {"--waves", "100%", "--soak", "1s", "--trial", "60s"});
  wait_for_end(fleet, last);
  EXPECT_EQ(LiveFleet::rollout_state(last), "completed");
  fleet.wait_all_run(version);
}

}  // namespace
}  // namespace flotilla::test
