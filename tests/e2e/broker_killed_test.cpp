// The broker dies during a rollout and comes back without its state, or stays away for longer than a trial: the rollout
// ends as if nothing had happened, and nobody rolls back.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/e2e/live_fleet.h"

namespace flotilla::test {
namespace {

std::set<std::string> states_of_members(std::uint64_t rollout) {
  std::set<std::string> states;
  for (const auto& member : LiveFleet::members(rollout)) {
    states.insert(member["state"].get<std::string>());
  }
  return states;
}

bool any_board_is(const std::string& state) {
  for (const auto& board : LiveFleet::devices()) {
    if (board["update"]["state"] == state) return true;
  }
  return false;
}

TEST(BrokerKilled, WithAnEmptyDatabaseTheOrdersArePublishedAgain) {
  LiveFleet fleet(4);
  fleet.release("1.1.0");
  // Boards that are away while they are ordered can only get the command from what the broker retains.
  const auto rollout = LiveFleet::start_rollout("1.1.0", {"--waves", "1,100%", "--soak", "1s", "--trial", "60s"});
  for (int round = 0; round < 3; ++round) {
    fleet.wait_for("somebody at work", [&] {
      return any_board_is("downloading") || any_board_is("trial") || LiveFleet::rollout_state(rollout) != "running";
    });
    fleet.end_broker(SIGKILL);
    fleet.forget_broker_state();
    fleet.start_broker();
  }
  fleet.wait_for(
      "the rollout at its end", [&] { return LiveFleet::rollout_state(rollout) != "running"; }, 120);
  EXPECT_EQ(LiveFleet::rollout_state(rollout), "completed");
  EXPECT_EQ(states_of_members(rollout), std::set<std::string>{"succeeded"});
  fleet.wait_all_run("1.1.0");
}

TEST(BrokerKilled, ATrialOutlivesABrokerThatIsAway) {
  LiveFleet fleet(3);
  fleet.release("1.1.0");
  const auto rollout = LiveFleet::start_rollout("1.1.0", {"--waves", "100%", "--soak", "1s", "--trial", "5s"});
  fleet.wait_for("a board about to reboot", [&] { return any_board_is("armed") || any_board_is("trial"); });
  fleet.end_broker(SIGTERM);
  // Longer than the trial's five seconds, the restart included.
  const auto digest = LiveFleet::digest_of("1.1.0");
  const auto away_since = std::chrono::steady_clock::now();
  fleet.wait_for("the trial's time is over",
                 [&] { return std::chrono::steady_clock::now() - away_since > std::chrono::seconds(12); });
  fleet.start_broker();
  fleet.wait_for(
      "the rollout at its end", [&] { return LiveFleet::rollout_state(rollout) != "running"; }, 120);
  EXPECT_EQ(LiveFleet::rollout_state(rollout), "completed");
  for (const auto& id : fleet.boards()) {
    const auto device = LiveFleet::device(id);
    EXPECT_EQ(device["image_sha256"], digest) << id;
    EXPECT_EQ(device["update"]["state"], "confirmed") << id;
  }
}

TEST(BrokerKilled, AnOrderThatComesBackAtEachReconnectChangesNothing) {
  LiveFleet fleet(1, 20);
  const auto said = [&](const std::string& what) { return count_of(fleet.log("boards"), what); };
  const auto boots = LiveFleet::device("esp-01")["boot"]["count"].get<int>();
  fleet.release("1.1.0");
  const auto rollout = LiveFleet::start_rollout("1.1.0", {"--waves", "100%", "--soak", "1s", "--trial", "60s"});
  fleet.wait_for("the board about to reboot", [&] { return said("update: armed") == 1; });
  // A daemon that lives would empty the topic once it hears of the end: without it the order stays retained.
  fleet.end_daemon(SIGKILL);
  ASSERT_EQ(said("update: confirmed"), 0U) << "the daemon was not killed early enough for this test to mean something";
  fleet.wait_for("the board is confirmed", [&] { return said("update: confirmed") == 1; });
  for (int round = 0; round < 3; ++round) {
    const auto connected = said("connected to the broker");
    fleet.end_broker(SIGTERM);
    fleet.start_broker();
    fleet.wait_for("the board is back", [&] { return said("connected to the broker") > connected; });
  }
  fleet.start_daemon();
  fleet.wait_for("the rollout at its end", [&] { return LiveFleet::rollout_state(rollout) != "running"; });
  EXPECT_EQ(LiveFleet::rollout_state(rollout), "completed");
  EXPECT_EQ(said("update: accepted"), 1U);
  EXPECT_EQ(LiveFleet::device("esp-01")["boot"]["count"].get<int>(), boots + 1);
  EXPECT_EQ(LiveFleet::device("esp-01")["refusal"]["sequence"].get<int>(), 0);
}

}  // namespace
}  // namespace flotilla::test
