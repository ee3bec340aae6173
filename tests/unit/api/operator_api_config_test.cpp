// Configurations from an operator's request to the file and the order, and everything that refuses them.
#include <string>

#include <gtest/gtest.h>

#include "tests/unit/api/daemon_fixture.h"

namespace flotilla::api {
namespace {

constexpr const char* kBytes = "application/octet-stream";
constexpr const char* kTarget = "/v1/devices/kitchen/config";

class ConfigApi : public DaemonFixture {
 protected:
  void SetUp() override {
    DaemonFixture::SetUp();
    heartbeat("kitchen");
    wait_for_device("kitchen");
  }
  HttpReply put(const std::string& body) { return ask("PUT", kTarget, body, kBytes); }
  static std::string error_of(const HttpReply& reply) {
    return nlohmann::json::parse(reply.body)["error"]["message"].get<std::string>();
  }
};

TEST_F(ConfigApi, IsStoredOrderedAndShown) {
  EXPECT_TRUE(get("/v1/devices/kitchen")["config"].is_null());
  const auto reply = client_.put(kTarget, "config kitchen A", kBytes);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  const auto device = nlohmann::json::parse(*reply);
  EXPECT_EQ(device["config"]["state"], "ordered");
  EXPECT_EQ(device["config"]["attempt"], device["order"]["attempt"]);
  EXPECT_EQ(device["config"]["sha256"], "414141414141") << "of the digest a prefix alone";
  EXPECT_EQ(device["config"]["at"], 1'700'000'000);
  EXPECT_EQ(device["config"]["ordered_at"], 1'700'000'000);
  EXPECT_FALSE(device["config"]["ordered_by"].get<std::string>().empty());
  EXPECT_EQ(device["order"]["kind"], "update-config");
  EXPECT_EQ(configs_.files.at(digest_of('A')), "config kitchen A");
  EXPECT_NE(get("/v1/devices/kitchen/why")["why"].get<std::string>().find("its new configuration"), std::string::npos);
  EXPECT_EQ(get("/v1/history?device=kitchen")["history"].dump().find("config kitchen A"), std::string::npos);
}

TEST_F(ConfigApi, EndsWithWhatTheDeviceSays) {
  ASSERT_EQ(put("config kitchen A").status, 200);
  const auto order = get("/v1/devices/kitchen")["order"];
  heartbeat("kitchen", [&](Heartbeat& beat) {
    beat.uptime_seconds = 5;
    beat.attempt_id = order["attempt"].get<std::uint64_t>();
    beat.last_sequence = order["sequence"].get<std::uint32_t>();
    beat.update_state = UpdateState::RolledBack;
    beat.error = Reason::NoWifi;
  });
  while (get("/v1/devices/kitchen")["config"]["state"] == "ordered") std::this_thread::yield();
  const auto config = get("/v1/devices/kitchen")["config"];
  EXPECT_EQ(config["state"], "rolled-back");
  EXPECT_EQ(config["reason"], "NoWifi");
  EXPECT_TRUE(configs_.files.empty());
}

TEST_F(ConfigApi, IsTakenBack) {
  EXPECT_EQ(ask("DELETE", kTarget).status, 404);
  ASSERT_EQ(put("config kitchen A").status, 200);
  const auto reply = client_.remove(kTarget);
  ASSERT_TRUE(reply.ok()) << reply.error().message;
  EXPECT_EQ(nlohmann::json::parse(*reply)["config"]["state"], "withdrawn");
  EXPECT_TRUE(nlohmann::json::parse(*reply)["order"].is_null());
  EXPECT_TRUE(configs_.files.empty());
}

TEST_F(ConfigApi, IsRefusedWithAReason) {
  EXPECT_EQ(put("nonsense").status, 422);
  const auto foreign = put("config cellar A");
  EXPECT_EQ(foreign.status, 400);
  EXPECT_EQ(error_of(foreign), "this configuration is for cellar, not for kitchen");
  EXPECT_EQ(ask("PUT", kTarget, "config kitchen A", "application/json").status, 400);
  EXPECT_EQ(ask("PUT", "/v1/devices/nobody/config", "config nobody A", kBytes).status, 404);
  EXPECT_EQ(ask("PUT", "/v1/devices/NO/config", "config kitchen A", kBytes).status, 400);
  const auto get_it = ask("GET", kTarget);
  EXPECT_EQ(get_it.status, 405);
  EXPECT_EQ(get_it.allow, "PUT, DELETE") << "what was sent cannot be read again";
  EXPECT_TRUE(configs_.files.empty());
  EXPECT_TRUE(get("/v1/devices/kitchen")["config"].is_null());
}

TEST_F(ConfigApi, TooLargeIsRefusedBeforeItIsRead) {
  const auto reply = client_.put(kTarget, std::string(kMaxConfigBody + 1, 'x'), kBytes);
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, ErrorCode::InvalidArgument);
  EXPECT_NE(reply.error().message.find("too large"), std::string::npos) << reply.error().message;
}

TEST_F(ConfigApi, WithoutRoomNothingIsOrdered) {
  configs_.full = true;
  EXPECT_EQ(put("config kitchen A").status, 503);
  EXPECT_TRUE(get("/v1/devices/kitchen")["config"].is_null());
  EXPECT_TRUE(get("/v1/devices/kitchen")["order"].is_null());
}

TEST_F(ConfigApi, ARolloutWarnsOfBoardsWithoutSlots) {
  heartbeat("cellar", [](Heartbeat& beat) { beat.local_rollback = false; });
  wait_for_device("cellar");
  ASSERT_TRUE(add_bundle("bundle 1.1.0 A").ok());
  const auto only = ask("POST", "/v1/rollouts", R"({"release":"1.1.0","devices":["cellar"]})");
  EXPECT_EQ(only.status, 400);
  EXPECT_NE(error_of(only).find("no room for two slots on cellar"), std::string::npos) << only.body;
  const auto begun = post("/v1/rollouts", R"({"release":"1.1.0"})");
  ASSERT_EQ(begun["warnings"].size(), 1U);
  EXPECT_EQ(begun["warnings"][0], "1 device is skipped, the flash has no room for two slots: cellar");
  EXPECT_EQ(get("/v1/rollouts/1")["warnings"].size(), 1U);
}

}  // namespace
}  // namespace flotilla::api
