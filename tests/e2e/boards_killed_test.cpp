// All boards die at random moments of an update (SIGKILL of virtual-esp; their flash files stay): each ends on the old
// or the new version, none is lost, and they can still be updated.
#include <cstdlib>
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

TEST(BoardsKilled, AtRandomMomentsEachEndsOnTheOldOrTheNewVersion) {
  const auto chosen = seed();
  std::printf("FLOTILLA_SEED=%u replays this\n", chosen);
  std::mt19937 random(chosen);
  LiveFleet fleet(6);
  const auto old_digest = LiveFleet::device("esp-01")["image_sha256"].get<std::string>();
  fleet.release("1.1.0");
  const auto new_digest = LiveFleet::digest_of("1.1.0");
  const auto rollout = LiveFleet::start_rollout(
      "1.1.0", {"--waves", "100%", "--soak", "1s", "--trial", "60s", "--failure-limit", "100"});
  int kills = 0;
  while (kills < 25 && LiveFleet::rollout_state(rollout) == "running") {
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 900));  // the moment is what is tested
    fleet.end_boards(SIGKILL);
    ++kills;
    fleet.start_boards();
  }
  std::printf("%d kills\n", kills);
  EXPECT_GE(kills, 5);
  fleet.wait_for(
      "every board settled and online",
      [&] {
        for (const auto& board : LiveFleet::devices()) {
          const auto state = board["update"]["state"].get<std::string>();
          if (!board["online"].get<bool>() || (state != "confirmed" && state != "rolled-back" && state != "failed")) {
            return false;
          }
        }
        return true;
      },
      120);
  for (const auto& id : fleet.boards()) {
    const auto device = LiveFleet::device(id);
    const bool confirmed = device["update"]["state"] == "confirmed";
    EXPECT_EQ(device["image_sha256"], confirmed ? new_digest : old_digest) << id;
  }

  fleet.wait_for(
      "the rollout at its end", [&] { return LiveFleet::rollout_state(rollout) != "running"; }, 120);
  fleet.release("1.2.0");
  const auto second = LiveFleet::start_rollout("1.2.0", {"--waves", "100%", "--soak", "1s", "--trial", "60s"});
  fleet.wait_for(
      "the second rollout at its end", [&] { return LiveFleet::rollout_state(second) != "running"; }, 120);
  EXPECT_EQ(LiveFleet::rollout_state(second), "completed");
  fleet.wait_all_run("1.2.0");
}

}  // namespace
}  // namespace flotilla::test
