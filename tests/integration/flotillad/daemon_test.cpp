// The real flotillad beside a real mosquitto, with what `flotilla init` made.
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "daemon/api/client.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace flotilla::test {
namespace {

std::string program(const std::string& name) { return std::string(std::getenv("FLOTILLA_BIN")) + "/" + name; }

class Flotillad : public testing::Test {
 protected:
  void SetUp() override {
    mqtt_port_ = free_port();
    must_run({program("flotilla"), "init", "--dir", dir_.file("home"), "--product", "sensor", "--broker-name",
              "pi.local", "--address", "127.0.0.1", "--bind", "127.0.0.1", "--mqtt-port", std::to_string(mqtt_port_),
              "--https-port", std::to_string(free_port())});
  }

  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> argv = {program("flotillad"), "--config", dir_.file("home/pi/flotillad.toml"),
                                     "--assume-clock-synchronised"};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }
  [[nodiscard]] std::string log() const { return read_file(dir_.file("flotillad.log")); }

  void start_broker() {
    broker_ = Process({"mosquitto", "-c", dir_.file("home/pi/mosquitto.conf")}, dir_.file("mosquitto.log"));
    ASSERT_TRUE(wait_until([this] { return port_answers(mqtt_port_); })) << read_file(dir_.file("mosquitto.log"));
  }
  void start_daemon() {
    const std::size_t before = std::filesystem::exists(dir_.file("flotillad.log")) ? count_of(log(), "ready:") : 0;
    daemon_ = Process(command(), dir_.file("flotillad.log"));
    ASSERT_TRUE(wait_until([&] { return count_of(log(), "ready:") > before; })) << log();
  }
  CommandResult ask(const std::vector<std::string>& arguments) const {
    std::vector<std::string> argv = {program("flotilla"), "--socket", dir_.file("home/pi/flotillad.sock")};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return run_command(argv);
  }
  bool broker_connected() const {
    return ask({"status", "-o", "json"}).output.find("\"broker_connected\": true") != std::string::npos;
  }
  [[nodiscard]] api::ApiClient client() const { return api::ApiClient(dir_.file("home/pi/flotillad.sock")); }

  TempDir dir_;
  std::uint16_t mqtt_port_ = 0;
  Process broker_;
  Process daemon_;
};

TEST_F(Flotillad, StartsWithTheFilesOfInitAndStopsInGoodOrder) {
  start_broker();
  start_daemon();
  EXPECT_TRUE(wait_until([this] { return broker_connected(); })) << log();
  EXPECT_EQ(daemon_.end(SIGTERM), 0) << log();
  EXPECT_NE(log().find("stopped"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(dir_.file("home/pi/flotillad.sock")));
  start_daemon();
  EXPECT_EQ(daemon_.end(SIGINT), 0) << log();
}

TEST_F(Flotillad, RunsWithoutABrokerAndFindsItLater) {
  start_daemon();
  EXPECT_EQ(ask({"status"}).exit_code, 0) << log();
  EXPECT_FALSE(broker_connected());
  start_broker();
  EXPECT_TRUE(wait_until([this] { return broker_connected(); })) << log();
  broker_.end(SIGKILL);
  EXPECT_TRUE(wait_until([this] { return !broker_connected(); })) << log();
  start_broker();
  EXPECT_TRUE(wait_until([this] { return broker_connected(); }, std::chrono::seconds(40))) << log();
}

TEST_F(Flotillad, ASecondOneOnTheSameDataIsRefused) {
  start_daemon();
  const auto second = run_command(command());
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.output.find("another flotillad (process " + std::to_string(daemon_.pid()) + ")"), std::string::npos)
      << second.output;
  EXPECT_EQ(ask({"status"}).exit_code, 0) << "the first one does not mind";
}

TEST_F(Flotillad, AKillLosesNothingThatWasAnswered) {
  start_daemon();
  for (int round = 0; round < 5; ++round) {
    const std::string id = "esp-" + std::to_string(round);
    const auto announced = client().post("/v1/devices", R"({"id": ")" + id + R"(", "hardware": "d1-mini"})");
    ASSERT_TRUE(announced.ok()) << announced.error().message;
    daemon_.end(SIGKILL);
    start_daemon();
    const auto list = client().get("/v1/devices");
    ASSERT_TRUE(list.ok()) << list.error().message;
    for (int known = 0; known <= round; ++known) {
      EXPECT_NE(list->find("\"esp-" + std::to_string(known) + "\""), std::string::npos) << *list;
    }
  }
}

TEST_F(Flotillad, SaysWhatIsMissing) {
  const auto checked = run_command(command({"--check-config"}));
  EXPECT_EQ(checked.exit_code, 0) << checked.output;
  EXPECT_FALSE(std::filesystem::exists(dir_.file("home/pi/data/flotilla.db"))) << "only checked";

  const auto bare = run_command({program("flotillad")});
  EXPECT_EQ(bare.exit_code, 1);
  EXPECT_NE(bare.output.find("flotilla init"), std::string::npos) << bare.output;

  std::filesystem::remove(dir_.file("home/pi/trust.signed"));
  const auto no_trust = run_command(command());
  EXPECT_EQ(no_trust.exit_code, 1);
  EXPECT_NE(no_trust.output.find(dir_.file("home/pi/trust.signed")), std::string::npos) << no_trust.output;

  const auto usage = run_command({program("flotillad"), "--mqtt-port", "many"});
  EXPECT_EQ(usage.exit_code, 2);
}

TEST_F(Flotillad, RefusesKeysThatOthersMayRead) {
  for (const std::string name : {"command.key", "daemon.key", "https.key"}) {
    const auto key = dir_.file("home/pi/" + name);
    std::filesystem::permissions(key, std::filesystem::perms(0644));
    const auto refused = run_command(command({"--check-config"}));
    EXPECT_EQ(refused.exit_code, 1) << name;
    EXPECT_NE(refused.output.find("chmod 600 " + key), std::string::npos) << refused.output;
    std::filesystem::permissions(key, std::filesystem::perms(0600));
  }
}

TEST_F(Flotillad, RefusesACommandKeyThatIsNotInTheTrustStore) {
  must_run({program("flotilla"), "init", "--dir", dir_.file("other"), "--product", "sensor", "--broker-name",
            "pi.local", "--address", "127.0.0.1"});
  const auto refused = run_command(command({"--command-key", dir_.file("other/pi/command.key")}));
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_NE(refused.output.find("is no command key of"), std::string::npos) << refused.output;
}

}  // namespace
}  // namespace flotilla::test
