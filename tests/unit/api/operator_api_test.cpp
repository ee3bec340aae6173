// Status, devices, releases, history and errors: the whole way from a client through the socket to the engine.
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/api/daemon_fixture.h"

namespace flotilla::api {
namespace {

class OperatorApiTest : public DaemonFixture {};

TEST_F(OperatorApiTest, StatusSaysHowTheDaemonIs) {
  auto status = get("/v1/status");
  EXPECT_EQ(status["version"], "9.9.9");
  EXPECT_EQ(status["state"], "running");
  EXPECT_EQ(status["broker_connected"], true);
  EXPECT_EQ(status["clock_trusted"], true);
  EXPECT_EQ(status["judging"], false);  // just connected: two heartbeat intervals of grace
  EXPECT_FALSE(status["judging_stands_still"].get<std::string>().empty());
  EXPECT_EQ(status["devices"]["total"], 0);
  heartbeat("kitchen");
  wait_for_device("kitchen");
  status = get("/v1/status");
  EXPECT_EQ(status["devices"]["total"], 1);
  EXPECT_EQ(status["devices"]["online"], 1);
  EXPECT_EQ(status["counters"]["heartbeats"], 1);
  engine_.post_broker(false);
  while (get("/v1/status")["broker_connected"] == true) std::this_thread::yield();
}

TEST_F(OperatorApiTest, ADeviceShowsWhatItReported) {
  heartbeat("kitchen", [](Heartbeat& heartbeat) {
    heartbeat.chip_id = 0xc0ffee;
    heartbeat.boot_count = 7;
    heartbeat.free_heap = 39'000;
    heartbeat.error = Reason::SelfTest;
    heartbeat.error_text = FixedString<kMaxErrorText>("\x1b[2J sensor not found");
    (void)heartbeat.health.push_back({FixedString<kMaxHealthName>("temperature"), 21.5F});
  });
  wait_for_device("kitchen");
  const auto device = get("/v1/devices/kitchen");
  EXPECT_EQ(device["id"], "kitchen");
  EXPECT_EQ(device["hardware"], "d1-mini");
  EXPECT_EQ(device["product"], "sensor");
  EXPECT_EQ(device["online"], true);
  EXPECT_EQ(device["last_heard_at"], 1'700'000'000);
  EXPECT_EQ(device["version"], "1.0.0");
  EXPECT_EQ(device["image_sha256"], std::string(to_hex(digest_of(0x11)).view()));
  EXPECT_EQ(device["release_counter"], 1);
  EXPECT_EQ(device["confirmed"], true);
  EXPECT_EQ(device["update"]["state"], "confirmed");
  EXPECT_EQ(device["update"]["reason"], "SelfTest");
  EXPECT_EQ(device["update"]["error_text"], "the application's self-test failed (\x1b[2J sensor not found)");
  EXPECT_EQ(device["boot"]["count"], 7);
  EXPECT_EQ(device["chip_id"], "c0ffee");
  EXPECT_EQ(device["capabilities"]["local_rollback"], true);
  EXPECT_EQ(device["free_heap"], 39'000);
  EXPECT_EQ(device["rssi"], -60);
  EXPECT_EQ(device["health"]["temperature"], 21.5);
  EXPECT_TRUE(device["order"].is_null());
  EXPECT_EQ(get("/v1/devices")["devices"].size(), 1U);
}

TEST_F(OperatorApiTest, AnAnnouncedDeviceIsThereBeforeItIsHeard) {
  const auto made = post("/v1/devices", R"({"id":"cellar","hardware":"d1-mini","labels":{"floor":"-1"}})");
  EXPECT_EQ(made["id"], "cellar");
  EXPECT_EQ(made["hardware"], "d1-mini");
  EXPECT_EQ(made["labels"]["floor"], "-1");
  EXPECT_EQ(made["first_seen_at"], 0);
  EXPECT_EQ(made["image_sha256"], "");
  EXPECT_EQ(ask("POST", "/v1/devices", R"({"id":"loft","hardware":"d1-mini"})").status, 201);
}

TEST_F(OperatorApiTest, WhyIsOneSentence) {
  heartbeat("kitchen");
  wait_for_device("kitchen");
  const auto why = get("/v1/devices/kitchen/why");
  EXPECT_EQ(why["device"], "kitchen");
  EXPECT_FALSE(why["why"].get<std::string>().empty());
}

TEST_F(OperatorApiTest, AReleaseIsStoredBeforeItIsAdded) {
  const auto added = add_bundle("bundle 1.1.0 A");
  ASSERT_TRUE(added.ok()) << added.error().message;
  ASSERT_EQ(shelf_.images.size(), 1U);
  EXPECT_EQ(shelf_.images[0].first, digest_of('A'));
  EXPECT_EQ(shelf_.images[0].second, "image of 1.1.0");
  const auto release = get("/v1/releases/1.1.0");
  EXPECT_EQ(release["version"], "1.1.0");
  EXPECT_EQ(release["product"], "sensor");
  EXPECT_EQ(release["hardware"], nlohmann::json({"d1-mini"}));
  EXPECT_EQ(release["image_size"], 420'000);
  EXPECT_EQ(release["image_sha256"], std::string(to_hex(digest_of('A')).view()));
  EXPECT_EQ(release["added_at"], 1'700'000'000);
  EXPECT_FALSE(release["added_by"].get<std::string>().empty());
  EXPECT_EQ(release["running_on"], 0);
  heartbeat("kitchen", [](Heartbeat& heartbeat) { heartbeat.running_sha256 = digest_of('A'); });
  wait_for_device("kitchen");
  EXPECT_EQ(get("/v1/releases")["releases"][0]["running_on"], 1);
}

TEST_F(OperatorApiTest, ABadBundleChangesNothing) {
  const auto corrupt = add_bundle("bundle");
  ASSERT_FALSE(corrupt.ok());
  EXPECT_EQ(corrupt.error().code, ErrorCode::Corrupt);
  EXPECT_NE(corrupt.error().message.find("truncated"), std::string::npos);
  const auto as_json = client_.post("/v1/releases", "bundle 1.1.0 A");
  ASSERT_FALSE(as_json.ok());
  EXPECT_EQ(as_json.error().code, ErrorCode::InvalidArgument);
  shelf_.full = true;
  EXPECT_FALSE(add_bundle("bundle 1.1.0 A").ok());
  EXPECT_TRUE(shelf_.images.empty());
  EXPECT_TRUE(get("/v1/releases")["releases"].empty());
}

TEST_F(OperatorApiTest, AVersionKeepsItsImage) {
  ASSERT_TRUE(add_bundle("bundle 1.1.0 A").ok());
  const auto other = add_bundle("bundle 1.1.0 B");
  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error().code, ErrorCode::Conflict);
  EXPECT_EQ(shelf_.images.size(), 1U);
  EXPECT_EQ(get("/v1/releases/1.1.0")["image_sha256"], std::string(to_hex(digest_of('A')).view()));
}

TEST_F(OperatorApiTest, HistoryNamesWhoDidIt) {
  post("/v1/devices", R"({"id":"cellar","hardware":"d1-mini"})");
  post("/v1/devices", R"({"id":"loft","hardware":"d1-mini"})");
  const auto all = get("/v1/history")["history"];
  ASSERT_GE(all.size(), 2U);
  const auto one = get("/v1/history?device=loft&limit=1")["history"];
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]["device"], "loft");
  EXPECT_EQ(one[0]["at"], 1'700'000'000);
  const auto actor = one[0]["actor"].get<std::string>();
  EXPECT_FALSE(actor.empty());
  EXPECT_NE(actor, "flotillad");
}

TEST_F(OperatorApiTest, WhileTheStoreFailsReadingWorksAndChangesAreRefused) {
  heartbeat("kitchen");
  wait_for_device("kitchen");
  store_.broken = true;
  const auto refused = client_.post("/v1/devices", R"({"id":"cellar","hardware":"d1-mini"})");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  while (get("/v1/status")["state"] != "degraded") std::this_thread::yield();
  const auto status = get("/v1/status");
  EXPECT_NE(status["degraded_cause"].get<std::string>().find("the disk is full"), std::string::npos);
  EXPECT_EQ(status["judging"], false);
  EXPECT_EQ(status["judging_stands_still"], "nothing can be stored") << "and not that the broker were away";
}

TEST_F(OperatorApiTest, WhileTheStoreFailsWhyNamesTheStore) {
  core::Device kitchen;
  kitchen.id = "kitchen";
  store_.snapshot.devices = {kitchen};
  store_.broken = true;
  EXPECT_FALSE(client_.post("/v1/devices", R"({"id":"cellar","hardware":"d1-mini"})").ok());
  while (get("/v1/status")["state"] != "degraded") std::this_thread::yield();
  const auto why = get("/v1/devices/kitchen/why")["why"].get<std::string>();
  EXPECT_NE(why.find("cannot store anything: the disk is full."), std::string::npos) << why;
}

struct Wrong {
  const char* method;
  const char* target;
  const char* body = "";
  int status = 0;
};

TEST_F(OperatorApiTest, WrongRequestsHaveFittingStatuses) {
  const std::vector<Wrong> rows = {
      {.method = "GET", .target = "/", .status = 404},
      {.method = "GET", .target = "/v2/status", .status = 404},
      {.method = "GET", .target = "/v1/status/", .status = 404},
      {.method = "GET", .target = "/v1/%73tatus", .status = 400},
      {.method = "POST", .target = "/v1/status", .status = 405},
      {.method = "DELETE", .target = "/v1/devices/kitchen", .status = 405},
      {.method = "GET", .target = "/v1/devices/nobody", .status = 404},
      {.method = "GET", .target = "/v1/devices/Nobody", .status = 400},
      {.method = "GET", .target = "/v1/devices/nobody/why", .status = 404},
      {.method = "GET", .target = "/v1/devices/_flotillad/why", .status = 400},
      {.method = "POST", .target = "/v1/devices", .body = "{", .status = 400},
      {.method = "GET", .target = "/v1/releases/9.9.9", .status = 404},
      {.method = "GET", .target = "/v1/releases/latest", .status = 400},
      {.method = "GET", .target = "/v1/rollouts/7", .status = 404},
      {.method = "GET", .target = "/v1/rollouts/0", .status = 400},
      {.method = "GET", .target = "/v1/rollouts/x", .status = 400},
      {.method = "POST", .target = "/v1/rollouts/7/pause", .status = 404},
      {.method = "POST", .target = "/v1/rollouts/7/explode", .status = 404},
      {.method = "POST", .target = "/v1/rollouts", .body = R"({"release":"9.9.9"})", .status = 404},
      {.method = "POST", .target = "/v1/rollouts", .body = R"({"release":"x"})", .status = 400},
      {.method = "GET", .target = "/v1/history?limit=0", .status = 400},
      {.method = "GET", .target = "/v1/history?limit=1001", .status = 400},
      {.method = "GET", .target = "/v1/history?device=A", .status = 400},
      {.method = "GET", .target = "/v1/history?who=me", .status = 400},
  };
  for (const Wrong& row : rows) {
    const HttpReply reply = ask(row.method, row.target, row.body);
    EXPECT_EQ(reply.status, row.status) << row.method << " " << row.target << ": " << reply.body;
    const auto json = nlohmann::json::parse(reply.body);
    EXPECT_FALSE(json["error"]["code"].get<std::string>().empty()) << row.target;
    EXPECT_FALSE(json["error"]["message"].get<std::string>().empty()) << row.target;
    EXPECT_TRUE(json["error"].contains("hint")) << row.target;
  }
  EXPECT_EQ(ask("DELETE", "/v1/releases").allow, "GET, POST");
}

TEST_F(OperatorApiTest, ManyClientsAtOnce) {
  std::vector<std::thread> clients;
  clients.reserve(8);
  for (int i = 0; i < 8; ++i) {
    clients.emplace_back([this, i] {
      for (int j = 0; j < 10; ++j) {
        const std::string id = "d" + std::to_string(i) + "-" + std::to_string(j);
        post("/v1/devices", R"({"id":")" + id + R"(","hardware":"d1-mini"})");
        EXPECT_EQ(get("/v1/devices/" + id)["id"], id);
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(get("/v1/devices")["devices"].size(), 80U);
}

TEST_F(OperatorApiTest, AStoppedEngineIsSaidNotWaitedFor) {
  engine_.stop();
  const auto reply = client_.get("/v1/status");
  ASSERT_FALSE(reply.ok());
  EXPECT_EQ(reply.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace flotilla::api
