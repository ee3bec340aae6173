// Rollouts through the API: started, shown, paused, resumed, aborted.
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/api/daemon_fixture.h"

namespace flotilla::api {
namespace {

class OperatorApiRollout : public DaemonFixture {
 protected:
  void SetUp() override {
    DaemonFixture::SetUp();
    for (int i = 1; i <= 5; ++i) heartbeat("esp-" + std::to_string(i));
    wait_for_device("esp-5");
    ASSERT_TRUE(add_bundle("bundle 1.1.0 A").ok());
  }
};

TEST_F(OperatorApiRollout, ShowsItsPolicyWavesAndMembers) {
  const auto begun = post("/v1/rollouts", R"({"release":"1.1.0","waves":"1,3,100%","soak_seconds":5})");
  EXPECT_EQ(begun["id"], 1);
  const auto rollout = get("/v1/rollouts/1");
  EXPECT_EQ(rollout["release"], "1.1.0");
  EXPECT_EQ(rollout["state"], "running");
  EXPECT_EQ(rollout["open_wave"], 1);
  EXPECT_EQ(rollout["created_at"], 1'700'000'000);
  EXPECT_EQ(rollout["ended_at"], 0);
  EXPECT_FALSE(rollout["created_by"].get<std::string>().empty());
  EXPECT_EQ(rollout["policy"]["waves"], "1,3,100%");
  EXPECT_EQ(rollout["policy"]["soak_seconds"], 5);
  EXPECT_EQ(rollout["policy"]["success_percent"], 90);
  ASSERT_EQ(rollout["waves"].size(), 3U);
  EXPECT_EQ(rollout["waves"][0]["members"], 1);
  EXPECT_EQ(rollout["waves"][1]["members"], 2);
  EXPECT_EQ(rollout["waves"][2]["members"], 2);
  EXPECT_EQ(rollout["waves"][0]["open"], true);
  EXPECT_EQ(rollout["waves"][1]["open"], false);
  ASSERT_EQ(rollout["members"].size(), 5U);
  EXPECT_EQ(rollout["members"][0]["wave"], 1);
  EXPECT_EQ(rollout["members"][4]["state"], "waiting");
  EXPECT_EQ(rollout["total"], 5);
  EXPECT_EQ(get("/v1/rollouts")["rollouts"][0]["id"], 1);
  EXPECT_EQ(get("/v1/status")["rollouts"][0]["id"], 1);
}

TEST_F(OperatorApiRollout, OnlyTheDevicesNamed) {
  const auto begun = post("/v1/rollouts", R"({"release":"1.1.0","devices":["esp-2","esp-4"]})");
  EXPECT_EQ(begun["total"], 2);
  const auto unknown = client_.post("/v1/rollouts", R"({"release":"1.1.0","devices":["esp-9"]})");
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::NotFound);
}

TEST_F(OperatorApiRollout, TheOrderShowsOnTheDevice) {
  post("/v1/rollouts", R"({"release":"1.1.0","waves":"100%","devices":["esp-1"]})");
  heartbeat("esp-1");
  while (get("/v1/devices/esp-1")["order"].is_null()) std::this_thread::yield();  // ctest's limit ends a failure
  const auto order = get("/v1/devices/esp-1")["order"];
  EXPECT_EQ(order["kind"], "install");
  EXPECT_EQ(order["release"], "1.1.0");
  EXPECT_EQ(order["rollout"], 1);
  EXPECT_EQ(order["accepted"], false);
  EXPECT_EQ(get("/v1/rollouts/1")["counts"]["ordered"], 1);
}

TEST_F(OperatorApiRollout, PausesResumesAborts) {
  post("/v1/rollouts", R"({"release":"1.1.0"})");
  EXPECT_EQ(post("/v1/rollouts/1/pause", "")["state"], "paused");
  EXPECT_EQ(ask("POST", "/v1/rollouts/1/pause").status, 409);
  EXPECT_EQ(post("/v1/rollouts/1/resume", "")["state"], "running");
  const auto aborted = post("/v1/rollouts/1/abort", "");
  EXPECT_EQ(aborted["state"], "aborted");
  EXPECT_NE(aborted["reason_text"].get<std::string>().find("aborted by"), std::string::npos);
  EXPECT_EQ(aborted["counts"]["withdrawn"], 5);
  EXPECT_EQ(ask("POST", "/v1/rollouts/1/abort").status, 409);
  EXPECT_TRUE(get("/v1/status")["rollouts"].empty());
  EXPECT_FALSE(get("/v1/history?rollout=1")["history"].empty());
}

}  // namespace
}  // namespace flotilla::api
