// The online verbs as an operator types them, against the real API server and the real engine.
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "daemon/cli/cli.h"
#include "tests/unit/api/daemon_fixture.h"

namespace flotilla::cli {
namespace {

struct Said {
  int exit_code = 0;
  std::string out;
  std::string err;
};

class Online : public api::DaemonFixture {
 protected:
  Said run_at(const std::string& socket, const std::vector<std::string>& arguments) {
    std::vector<const char*> argv = {"flotilla", "--socket", socket.c_str()};
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    std::ostringstream out;
    std::ostringstream err;
    const int code = run_cli(static_cast<int>(argv.size()), argv.data(),
                             {add_status_commands, add_device_commands, add_update_config_commands,
                              add_release_online_commands, add_rollout_commands},
                             out, err);
    return {code, out.str(), err.str()};
  }
  Said run(const std::vector<std::string>& arguments) { return run_at(dir_.file("api.sock"), arguments); }
  Said run_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    return run(arguments);
  }
  std::string bundle_file(const std::string& content) {
    const std::string path = dir_.file("sensor.flotilla");
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }
  void two_devices_and_a_release() {
    heartbeat("kitchen");
    heartbeat("cellar");
    wait_for_device("cellar");
    ASSERT_EQ(run({"release", "add", bundle_file("bundle 1.1.0 A")}).exit_code, kDone);
  }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(Online, StatusForPeopleAndForScripts) {
  heartbeat("kitchen");
  wait_for_device("kitchen");
  const Said people = run({"status"});
  EXPECT_EQ(people.exit_code, kDone);
  EXPECT_TRUE(has(people.out, "flotillad  9.9.9, running\n")) << people.out;
  EXPECT_TRUE(has(people.out, "broker     connected\n")) << people.out;
  EXPECT_TRUE(has(people.out, "judging    stands still: ")) << people.out;
  EXPECT_TRUE(has(people.out, "devices    1, 1 online\n")) << people.out;
  EXPECT_EQ(people.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(people.err, "");
  const Said script = run_json({"status"});
  EXPECT_EQ(script.exit_code, kDone);
  EXPECT_EQ(nlohmann::json::parse(script.out)["devices"]["online"], 1);
}

TEST_F(Online, StatusNamesTheCauseOfDegraded) {
  store_.broken = true;
  heartbeat("kitchen");
  while (get("/v1/status")["state"] != "degraded") std::this_thread::yield();
  EXPECT_TRUE(has(run({"status"}).out, "degraded: the disk is full"));
}

TEST_F(Online, DevicesAreListedShownAndExplained) {
  EXPECT_TRUE(has(run({"device", "list"}).out, "No device yet"));
  heartbeat("kitchen", [](Heartbeat& heartbeat) {
    heartbeat.error = Reason::SelfTest;
    heartbeat.error_text = FixedString<kMaxErrorText>("\x1b[2Jboo");
  });
  wait_for_device("kitchen");
  const Said list = run({"device", "list"});
  EXPECT_EQ(list.exit_code, kDone);
  EXPECT_TRUE(has(list.out, "kitchen")) << list.out;
  EXPECT_TRUE(has(list.out, "111111111111")) << list.out;
  const Said shown = run({"device", "show", "kitchen"});
  EXPECT_TRUE(has(shown.out, "reason           the application's self-test failed (\\x1b[2Jboo)\n")) << shown.out;
  EXPECT_EQ(shown.out.find('\x1b'), std::string::npos);
  const Said json = run_json({"device", "show", "kitchen"});
  EXPECT_EQ(json.out.find('\x1b'), std::string::npos);
  EXPECT_EQ(nlohmann::json::parse(json.out)["update"]["error_text"], "the application's self-test failed (\x1b[2Jboo)");
  const Said why = run({"device", "why", "kitchen"});
  EXPECT_EQ(why.exit_code, kDone);
  EXPECT_EQ(std::count(why.out.begin(), why.out.end(), '\n'), 1) << why.out;
}

TEST_F(Online, WhatDoesNotExistIsExitOneWithAHint) {
  const Said people = run({"device", "why", "nobody"});
  EXPECT_EQ(people.exit_code, kFailed);
  EXPECT_EQ(people.out, "");
  EXPECT_TRUE(has(people.err, "there is no device nobody")) << people.err;
  EXPECT_TRUE(has(people.err, "flotilla device list")) << people.err;
  const Said script = run_json({"release", "show", "9.9.9"});
  EXPECT_EQ(script.exit_code, kFailed);
  EXPECT_EQ(nlohmann::json::parse(script.err)["error"]["code"], "not-found");
}

TEST_F(Online, WithoutADaemonItSaysHowToStartIt) {
  for (const std::vector<std::string>& verb : std::vector<std::vector<std::string>>{{"status"},
                                                                                    {"device", "list"},
                                                                                    {"release", "list"},
                                                                                    {"rollout", "list"},
                                                                                    {"rollout", "watch"},
                                                                                    {"rollout", "start", "1.0.0"}}) {
    const Said said = run_at(dir_.file("nobody.sock"), verb);
    EXPECT_EQ(said.exit_code, kFailed);
    EXPECT_TRUE(has(said.err, "nobody.sock")) << said.err;
    EXPECT_TRUE(has(said.err, "start it")) << said.err;
    EXPECT_EQ(said.out, "");
  }
}

TEST_F(Online, ReleasesAreAddedListedAndShown) {
  EXPECT_TRUE(has(run({"release", "list"}).out, "No release yet"));
  const Said added = run({"release", "add", bundle_file("bundle 1.1.0 A")});
  EXPECT_EQ(added.exit_code, kDone) << added.err;
  EXPECT_EQ(added.out, "Added release 1.1.0 of sensor, image 414141414141, 420000 bytes (410.2 KiB).\n");
  EXPECT_TRUE(has(run({"release", "list"}).out, "414141414141"));
  EXPECT_TRUE(has(run({"release", "show", "1.1.0"}).out, "product          sensor on d1-mini\n"));
  EXPECT_EQ(nlohmann::json::parse(run_json({"release", "list"}).out)["releases"][0]["version"], "1.1.0");
}

TEST_F(Online, ABundleThatCannotBeIsRefused) {
  EXPECT_TRUE(has(run({"release", "add", dir_.file("missing")}).err, "cannot read"));
  EXPECT_TRUE(has(run({"release", "add", bundle_file(std::string(1'300'000, 'x'))}).err, "too large"));
  const Said corrupt = run({"release", "add", bundle_file("bundle")});
  EXPECT_EQ(corrupt.exit_code, kFailed);
  EXPECT_TRUE(has(corrupt.err, "the bundle is truncated")) << corrupt.err;
}

TEST_F(Online, ARolloutIsStartedShownAndSteered) {
  two_devices_and_a_release();
  const Said started = run({"rollout", "start", "1.1.0", "--waves", "1,100%", "--soak", "5s", "--trial", "1m30s",
                            "--failure-limit", "2", "--success", "50"});
  ASSERT_EQ(started.exit_code, kDone) << started.err;
  EXPECT_EQ(started.out, "Started rollout 1 of 1.1.0 on 2 devices; flotilla rollout watch 1 shows it live.\n");
  const auto shown = nlohmann::json::parse(run_json({"rollout", "show", "1"}).out);
  EXPECT_EQ(shown["policy"]["waves"], "1,100%");
  EXPECT_EQ(shown["policy"]["soak_seconds"], 5);
  EXPECT_EQ(shown["policy"]["trial_seconds"], 90);
  EXPECT_EQ(shown["policy"]["failure_limit"], 2);
  EXPECT_EQ(shown["policy"]["success_percent"], 50);
  EXPECT_EQ(shown["policy"]["offline_seconds"], 900);
  EXPECT_TRUE(has(run({"rollout", "show", "1"}).out, "wave 2   100%, not open: 1 waiting\n"));
  EXPECT_TRUE(has(run({"rollout", "list"}).out, "running"));
  EXPECT_EQ(run({"rollout", "pause", "1"}).out, "Rollout 1 is paused.\n");
  EXPECT_EQ(run({"rollout", "pause", "1"}).exit_code, kFailed);
  EXPECT_EQ(run({"rollout", "resume", "1"}).out, "Rollout 1 is running.\n");
  EXPECT_EQ(run({"rollout", "abort", "1"}).out, "Rollout 1 is aborted.\n");
}

TEST_F(Online, WatchingTheLatestEndsWithItsRollout) {
  two_devices_and_a_release();
  EXPECT_TRUE(has(run({"rollout", "watch"}).err, "there is no rollout yet"));
  ASSERT_EQ(run({"rollout", "start", "1.1.0", "--device", "cellar"}).exit_code, kDone);
  std::thread operator_two([this] { post("/v1/rollouts/1/abort", ""); });
  const Said watched = run({"rollout", "watch"});
  operator_two.join();
  EXPECT_EQ(watched.exit_code, kFailed);
  EXPECT_TRUE(has(watched.out, "rollout 1 of 1.1.0: aborted")) << watched.out;
  const Said json = run_json({"rollout", "watch", "1"});
  EXPECT_EQ(json.exit_code, kFailed);
  EXPECT_EQ(std::count(json.out.begin(), json.out.end(), '\n'), 1);
  EXPECT_EQ(nlohmann::json::parse(json.out)["state"], "aborted");
}

TEST_F(Online, WrongUsageIsExitTwo) {
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{},
                                             {"fly"},
                                             {"device"},
                                             {"device", "show"},
                                             {"device", "show", "Kitchen"},
                                             {"device", "why", "../status"},
                                             {"release", "show", "one"},
                                             {"rollout", "show", "0"},
                                             {"rollout", "show", "-1"},
                                             {"rollout", "pause"},
                                             {"rollout", "start"},
                                             {"rollout", "start", "1.1.0", "--waves", "10%,5%"},
                                             {"rollout", "start", "1.1.0", "--soak", "5"},
                                             {"rollout", "start", "1.1.0", "--success", "101"},
                                             {"rollout", "start", "1.1.0", "--trial-boots", "9"},
                                             {"rollout", "start", "1.1.0", "--device", "Kitchen"},
                                             {"status", "-o", "xml"}}) {
    const Said said = run(wrong);
    EXPECT_EQ(said.exit_code, kUsage) << ::testing::PrintToString(wrong);
    EXPECT_FALSE(said.err.empty());
  }
}

TEST_F(Online, EveryVerbHasHelpWithAnExample) {
  for (const std::vector<std::string>& verb : std::vector<std::vector<std::string>>{{"status"},
                                                                                    {"device", "list"},
                                                                                    {"device", "show"},
                                                                                    {"device", "why"},
                                                                                    {"release", "add"},
                                                                                    {"release", "list"},
                                                                                    {"release", "show"},
                                                                                    {"rollout", "start"},
                                                                                    {"rollout", "list"},
                                                                                    {"rollout", "show"},
                                                                                    {"rollout", "watch"},
                                                                                    {"rollout", "pause"},
                                                                                    {"rollout", "resume"},
                                                                                    {"rollout", "abort"}}) {
    auto arguments = verb;
    arguments.emplace_back("--help");
    const Said said = run(arguments);
    EXPECT_EQ(said.exit_code, kDone);
    EXPECT_TRUE(has(said.out, "Example:\n  flotilla " + verb[0])) << said.out;
  }
}

TEST_F(Online, AConfigurationIsOrderedShownAndTakenBack) {
  heartbeat("kitchen");
  wait_for_device("kitchen");
  const std::string file = bundle_file("config kitchen A");
  const Said ordered = run({"device", "update-config", "kitchen", file});
  EXPECT_EQ(ordered.exit_code, kDone) << ordered.err;
  EXPECT_TRUE(has(ordered.out, "Ordered attempt 1 for kitchen")) << ordered.out;
  const Said shown = run({"device", "show", "kitchen"});
  EXPECT_TRUE(has(shown.out, "ordered, attempt 1, 414141414141")) << shown.out;
  EXPECT_FALSE(has(shown.out, "config kitchen A")) << shown.out;
  EXPECT_EQ(nlohmann::json::parse(run_json({"device", "show", "kitchen"}).out)["config"]["state"], "ordered");
  EXPECT_TRUE(has(run({"device", "withdraw-config", "kitchen"}).out, "Taken back"));
  EXPECT_EQ(run({"device", "withdraw-config", "kitchen"}).exit_code, kFailed);
}

TEST_F(Online, WaitingForAConfigurationEndsWithIt) {
  for (const auto& [end, code] : {std::pair{UpdateState::Confirmed, kDone}, {UpdateState::RolledBack, kFailed}}) {
    heartbeat("kitchen");
    wait_for_device("kitchen");
    const std::string file = bundle_file(end == UpdateState::Confirmed ? "config kitchen A" : "config kitchen B");
    Said waited;
    std::jthread operator_at_work([&] { waited = run({"device", "update-config", "kitchen", file, "--wait"}); });
    nlohmann::json order;
    while ((order = get("/v1/devices/kitchen")["order"]).is_null()) std::this_thread::yield();
    heartbeat("kitchen", [&, state = end](Heartbeat& beat) {
      beat.attempt_id = order["attempt"].get<std::uint64_t>();
      beat.last_sequence = order["sequence"].get<std::uint32_t>();
      beat.update_state = state;
      beat.error = state == UpdateState::RolledBack ? Reason::NoBroker : Reason::None;
    });
    operator_at_work.join();
    EXPECT_EQ(waited.exit_code, code) << waited.out << waited.err;
    EXPECT_TRUE(has(waited.out, code == kDone ? "confirmed, attempt 1" : "rolled-back, attempt 2")) << waited.out;
  }
}

TEST_F(Online, AFileThatIsNoConfigurationIsNamed) {
  heartbeat("kitchen");
  wait_for_device("kitchen");
  EXPECT_TRUE(has(run({"device", "update-config", "kitchen", "/no/such/file"}).err, "/no/such/file"));
  const Said large = run({"device", "update-config", "kitchen", bundle_file(std::string(5000, 'x'))});
  EXPECT_EQ(large.exit_code, kFailed);
  EXPECT_TRUE(has(large.err, "larger than a configuration")) << large.err;
}

TEST_F(Online, AStartWarnsOfBoardsWithoutSlots) {
  two_devices_and_a_release();
  heartbeat("attic", [](Heartbeat& beat) { beat.local_rollback = false; });
  wait_for_device("attic");
  const Said begun = run({"rollout", "start", "1.1.0"});
  EXPECT_EQ(begun.exit_code, kDone);
  EXPECT_TRUE(has(begun.err, "Warning: 1 device is skipped, the flash has no room for two slots: attic")) << begun.err;
  EXPECT_TRUE(has(run({"rollout", "show", "1"}).out, "no room for two slots: attic"));
}

}  // namespace
}  // namespace flotilla::cli
