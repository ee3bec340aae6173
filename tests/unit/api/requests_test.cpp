#include "daemon/api/requests.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "daemon/api/waves.h"

namespace flotilla::api {
namespace {

TEST(RolloutRequest, ComesBackAsItWasSent) {
  RolloutRequest sent;
  sent.release = "1.2.0-rc.1";
  sent.policy.waves = parse_waves("2,50%").value();
  sent.devices = {"kitchen", "cellar-2"};
  std::uint32_t number = 0;
  for (const PolicyField& field : policy_fields()) sent.policy.*field.field = field.least + (number++ % 3);
  const auto got = parse_rollout_request(to_json_text(sent));
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(got->release, sent.release);
  EXPECT_EQ(format_waves(got->policy.waves), "2,50%");
  EXPECT_EQ(got->devices, sent.devices);
  for (const PolicyField& field : policy_fields()) {
    EXPECT_EQ(got->policy.*field.field, sent.policy.*field.field) << field.name;
  }
}

TEST(RolloutRequest, TakesTheCoresDefaultsForWhatIsNotSaid) {
  const auto got = parse_rollout_request(R"({"release":"1.0.0"})");
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(format_waves(got->policy.waves), "1,10%,100%");
  const core::RolloutPolicy defaults;
  for (const PolicyField& field : policy_fields()) {
    EXPECT_EQ(got->policy.*field.field, defaults.*field.field) << field.name;
    EXPECT_GE(defaults.*field.field, field.least) << field.name;
    EXPECT_LE(defaults.*field.field, field.most) << field.name;
  }
}

struct Bad {
  const char* body;
  const char* names;
};

TEST(RolloutRequest, NamesWhatIsWrong) {
  const std::vector<Bad> rows = {
      {.body = "", .names = "not JSON"},
      {.body = "{\"release\":", .names = "not JSON"},
      {.body = "[]", .names = "not a JSON object"},
      {.body = R"({})", .names = "release"},
      {.body = R"({"release":7})", .names = "release is not a text"},
      {.body = R"({"release":"one"})", .names = "release is not a version"},
      {.body = R"({"release":"1.0.0","colour":1})", .names = "no field \"colour\""},
      {.body = R"({"release":"1.0.0","soak_seconds":"5m"})", .names = "soak_seconds"},
      {.body = R"({"release":"1.0.0","soak_seconds":-1})", .names = "soak_seconds"},
      {.body = R"({"release":"1.0.0","soak_seconds":1.5})", .names = "soak_seconds"},
      {.body = R"({"release":"1.0.0","soak_seconds":4294967297})", .names = "soak_seconds"},
      {.body = R"({"release":"1.0.0","success_percent":101})", .names = "success_percent"},
      {.body = R"({"release":"1.0.0","failure_limit":0})", .names = "failure_limit"},
      {.body = R"({"release":"1.0.0","trial_boots":9})", .names = "trial_boots"},
      {.body = R"({"release":"1.0.0","waves":"10%,5%"})", .names = "waves"},
      {.body = R"({"release":"1.0.0","waves":["1"]})", .names = "waves is not a text"},
      {.body = R"({"release":"1.0.0","devices":"a"})", .names = "devices is not a list"},
      {.body = R"({"release":"1.0.0","devices":[1]})", .names = "devices"},
      {.body = R"({"release":"1.0.0","devices":["../etc"]})", .names = "devices"},
  };
  for (const Bad& row : rows) {
    const auto got = parse_rollout_request(row.body);
    ASSERT_FALSE(got.ok()) << row.body;
    EXPECT_EQ(got.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(got.error().message.find(row.names), std::string::npos) << row.body << ": " << got.error().message;
  }
}

TEST(DeviceRequest, ComesBackAsItWasSent) {
  const DeviceRequest sent{{"kitchen", "d1-mini", {{"room", "Küche 2"}, {"floor", ""}}}};
  const auto got = parse_device_request(to_json_text(sent));
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(got->spec.id, "kitchen");
  EXPECT_EQ(got->spec.hardware, "d1-mini");
  EXPECT_EQ(got->spec.labels, sent.spec.labels);
}

TEST(DeviceRequest, NamesWhatIsWrong) {
  const std::vector<Bad> rows = {
      {.body = R"({"hardware":"d1-mini"})", .names = "device id"},
      {.body = R"({"id":"Kitchen","hardware":"d1-mini"})", .names = "device id"},
      {.body = R"({"id":"-a","hardware":"d1-mini"})", .names = "device id"},
      {.body = R"({"id":"a123456789b123456789c123456789d12","hardware":"d1-mini"})", .names = "device id"},
      {.body = R"({"id":"a"})", .names = "hardware"},
      {.body = R"({"id":"a","hardware":"a b"})", .names = "hardware"},
      {.body = R"({"id":"a","hardware":"d1-mini","labels":[]})", .names = "labels is not an object"},
      {.body = R"({"id":"a","hardware":"d1-mini","labels":{"x":1}})", .names = "the value of x"},
      {.body = R"({"id":"a","hardware":"d1-mini","labels":{"x y":"1"}})", .names = "\"x y\""},
      {.body = R"({"id":"a","hardware":"d1-mini","labels":{"x":"\u001b[2J"}})", .names = "control character"},
      {.body = R"({"id":"a","hardware":"d1-mini","owner":"b"})", .names = "no field \"owner\""},
  };
  for (const Bad& row : rows) {
    const auto got = parse_device_request(row.body);
    ASSERT_FALSE(got.ok()) << row.body;
    EXPECT_NE(got.error().message.find(row.names), std::string::npos) << row.body << ": " << got.error().message;
  }
}

TEST(DeviceRequest, DeepNestingIsRefusedNotFollowed) {
  const std::string deep(100'000, '[');
  EXPECT_FALSE(parse_device_request(deep).ok());
}

}  // namespace
}  // namespace flotilla::api
