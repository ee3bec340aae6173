// A new provisioning over the air, from the authority's file to the board that runs with it: confirmed, rolled back where
// it leads nowhere, beside a rollout, and while daemon and broker are killed. Nobody sees the Wi-Fi password on the way.
#include <filesystem>
#include <random>
#include <thread>

#include <gtest/gtest.h>

#include "tests/e2e/live_fleet.h"

namespace flotilla::test {
namespace {

constexpr const char* kPassword = "correct-horse-battery";

class ConfigOrder : public ::testing::Test {
 protected:
  // The authority's half: the file for one board.
  std::string make_config(const std::string& id, const std::vector<std::string>& changes) {
    (void)LiveFleet::flotilla({"device", "config", id, "--keep"});  // what was confirmed before
    const auto path = fleet_.file(id + "-" + std::to_string(++made_) + ".config");
    std::vector<std::string> make = {"device", "config", id, "--out", path};
    make.insert(make.end(), changes.begin(), changes.end());
    const auto result = LiveFleet::flotilla(make);
    EXPECT_EQ(result.exit_code, 0) << result.output;
    return path;
  }
  static nlohmann::json config_of(const std::string& id) { return LiveFleet::device(id)["config"]; }
  static std::string state_of(const std::string& id) { return config_of(id)["state"].get<std::string>(); }
  static bool has_ended(const std::string& id) {
    const auto state = state_of(id);
    return state != "waiting" && state != "ordered" && state != "working" && state != "rebooting" && state != "trial";
  }
  static int boots_of(const std::string& id) { return LiveFleet::device(id)["boot"]["count"].get<int>(); }
  [[nodiscard]] std::size_t stored_configs() const {
    const auto folder = std::filesystem::directory_iterator(fleet_.file("data/configs"));
    return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
  }
  void expect_secrecy() {
    for (const std::string log : {"mosquitto", "flotillad", "boards"}) {
      EXPECT_EQ(count_of(fleet_.log(log), kPassword), 0U) << log;
    }
    const auto shown = LiveFleet::flotilla({"device", "show", "esp-01", "-o", "json"}).output +
                       read_file(fleet_.file("data/flotilla.db")) + read_file(fleet_.file("data/flotilla.db-wal"));
    EXPECT_EQ(count_of(shown, kPassword), 0U);
  }

  LiveFleet fleet_{2, 1, {"--config-trial-seconds", "15"}};
  int made_ = 0;
};

TEST_F(ConfigOrder, IsFetchedTriedAndConfirmed) {
  const auto untouched = boots_of("esp-02");
  write_file(fleet_.file("password"), std::string(kPassword) + "\n");
  std::filesystem::permissions(fleet_.file("password"), std::filesystem::perms(0600));
  const auto file = make_config(
      "esp-01", {"--wifi-ssid", "attic", "--wifi-password-file", fleet_.file("password"), "--broker-address",
                 "localhost", "--broker-address", "127.0.0.1", "--heartbeat-seconds", "2"});
  const auto done = LiveFleet::flotilla({"device", "update-config", "esp-01", file, "--wait"});
  EXPECT_EQ(done.exit_code, 0) << done.output;
  const auto board = LiveFleet::device("esp-01");
  EXPECT_EQ(board["config"]["state"], "confirmed");
  EXPECT_TRUE(board["order"].is_null());
  EXPECT_EQ(board["version"], "1.0.0") << "the image is another matter";
  fleet_.wait_for("the new interval", [] { return LiveFleet::device("esp-01")["next_heartbeat_seconds"] >= 2; });
  EXPECT_EQ(stored_configs(), 0U) << "nobody needs the file any more";
  EXPECT_EQ(boots_of("esp-02"), untouched);
  EXPECT_NE(LiveFleet::flotilla({"device", "show", "esp-01"}).output.find("confirmed, attempt"), std::string::npos);
  expect_secrecy();
  // And the board keeps it.
  fleet_.end_boards(SIGKILL);
  fleet_.start_boards();
  fleet_.wait_for("the board is back with it", [] {
    const auto again = LiveFleet::device("esp-01");
    return again["boot"]["uptime_seconds"] < 5 && again["next_heartbeat_seconds"] >= 2;
  });
}

TEST_F(ConfigOrder, GoesBackWhereItLeadsToNoBroker) {
  const auto file = make_config("esp-01", {"--broker-port", "9"});
  const auto done = LiveFleet::flotilla({"device", "update-config", "esp-01", file, "--wait"});
  EXPECT_EQ(done.exit_code, 1) << done.output;
  const auto board = LiveFleet::device("esp-01");
  EXPECT_EQ(board["config"]["state"], "rolled-back") << done.output;
  EXPECT_EQ(board["config"]["reason"], "NoBroker");
  EXPECT_EQ(stored_configs(), 0U);
  const auto why = LiveFleet::flotilla({"device", "why", "esp-01"}).output;
  EXPECT_NE(why.find("was rolled back (NoBroker)"), std::string::npos) << why;
  // The next one works.
  (void)LiveFleet::flotilla({"device", "config", "esp-01", "--discard"});
  const auto better = make_config("esp-01", {"--heartbeat-seconds", "2"});
  EXPECT_EQ(LiveFleet::flotilla({"device", "update-config", "esp-01", better, "--wait"}).exit_code, 0);
}

TEST_F(ConfigOrder, AndARolloutTakeTurns) {
  fleet_.release("1.1.0");
  const auto first = make_config("esp-01", {"--heartbeat-seconds", "2"});
  const auto second = make_config("esp-02", {"--heartbeat-seconds", "2"});
  const auto given = LiveFleet::flotilla({"device", "update-config", "esp-01", first});
  ASSERT_EQ(given.exit_code, 0) << given.output;
  const auto rollout = LiveFleet::start_rollout("1.1.0", {"--waves", "100%", "--soak", "1s", "--trial", "60s"});
  const auto queued = LiveFleet::flotilla({"device", "update-config", "esp-02", second});
  ASSERT_EQ(queued.exit_code, 0) << queued.output;
  EXPECT_EQ(state_of("esp-02"), "waiting") << "behind the rollout's attempt";
  fleet_.wait_for(
      "all at its end",
      [&] { return has_ended("esp-01") && has_ended("esp-02") && LiveFleet::rollout_state(rollout) != "running"; },
      120);
  EXPECT_EQ(LiveFleet::rollout_state(rollout), "completed");
  EXPECT_EQ(state_of("esp-01"), "confirmed");
  EXPECT_EQ(state_of("esp-02"), "confirmed");
  fleet_.wait_all_run("1.1.0");
}

TEST_F(ConfigOrder, IsRefusedWithAReason) {
  const auto file = make_config("esp-01", {"--heartbeat-seconds", "2"});
  const auto other = LiveFleet::flotilla({"device", "update-config", "esp-02", file});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_NE(other.output.find("is for esp-01"), std::string::npos) << other.output;
  const auto block =
      LiveFleet::flotilla({"device", "update-config", "esp-01", fleet_.file("fleet/devices/esp-01/provisioning.bin")});
  EXPECT_EQ(block.exit_code, 1);
  EXPECT_NE(block.output.find("provisioning.bin"), std::string::npos) << block.output;
  EXPECT_TRUE(config_of("esp-01").is_null());
  EXPECT_EQ(stored_configs(), 0U);
}

// Daemon and broker die again and again, the broker without its state now and then: each configuration is taken once.
TEST_F(ConfigOrder, OutlivesKillsOfDaemonAndBroker) {
  const char* given = std::getenv("FLOTILLA_SEED");
  const auto seed =
      given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
  std::printf("FLOTILLA_SEED=%u replays this\n", seed);
  std::mt19937 random(seed);
  const auto before = boots_of("esp-01");
  constexpr int kConfigs = 8;
  int kills = 0;
  for (int i = 0; i < kConfigs; ++i) {
    const auto file = make_config("esp-01", {"--heartbeat-seconds", i % 2 == 0 ? "2" : "1"});
    const auto done = LiveFleet::flotilla({"device", "update-config", "esp-01", file});
    ASSERT_EQ(done.exit_code, 0) << done.output;
    for (int round = 0; round < 4 && !has_ended("esp-01"); ++round) {
      // The moment is what is tested: a random time after the daemon answers again.
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 300));
      fleet_.end_daemon(SIGKILL);
      if (random() % 3 == 0) {
        fleet_.end_broker(SIGKILL);
        if (random() % 2 == 0) fleet_.forget_broker_state();
        fleet_.start_broker();
      }
      fleet_.start_daemon();
      ++kills;
    }
    fleet_.wait_for(
        "the configuration at its end", [] { return has_ended("esp-01"); }, 90);
    EXPECT_EQ(state_of("esp-01"), "confirmed") << LiveFleet::flotilla({"device", "why", "esp-01"}).output;
    EXPECT_EQ(stored_configs(), 0U);
  }
  EXPECT_EQ(boots_of("esp-01"), before + kConfigs) << "one restart each: none was lost, none was tried twice";
  EXPECT_GE(kills, kConfigs);
  std::printf("%d kills during %d configurations\n", kills, kConfigs);
}

}  // namespace
}  // namespace flotilla::test
