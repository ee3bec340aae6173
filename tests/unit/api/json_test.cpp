#include "daemon/api/json.h"

#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace flotilla::api {
namespace {

DeviceView full_device() {
  DeviceView device;
  device.id = "kitchen";
  device.hardware = "d1-mini";
  device.labels = {{"room", "kitchen"}};
  device.online = true;
  device.last_heard_at = 1'700'000'000;
  device.version = "1.1.0";
  device.image_sha256 = std::string(64, 'a');
  device.confirmed = true;
  device.update = {"confirmed", 7, 100, "", ""};
  device.boot = {0xffffffff, 3, "software", 60};
  device.rssi = -67;
  device.health = {{"temperature", 21.5}, {"broken", std::nullopt}};
  device.order = OrderView{.kind = "install", .attempt = std::numeric_limits<std::uint64_t>::max(), .release = "1.1.0"};
  return device;
}

TEST(Json, DeviceComesBack) {
  const DeviceView sent = full_device();
  const auto got = from_json_text<DeviceView>(to_json_text(sent));
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(got->id, sent.id);
  EXPECT_EQ(got->labels, sent.labels);
  EXPECT_EQ(got->boot.id, sent.boot.id);
  EXPECT_EQ(got->rssi, -67);
  EXPECT_EQ(got->health, sent.health);
  ASSERT_TRUE(got->order.has_value());
  EXPECT_EQ(got->order->attempt, sent.order->attempt);
}

TEST(Json, NamesAreThoseOfTheDocument) {
  const auto json = nlohmann::json::parse(to_json_text(full_device()));
  for (const char* name :
       {"id", "hardware", "product", "labels", "online", "last_heard_at", "version", "image_sha256", "release_counter",
        "confirmed", "update", "boot", "capabilities", "free_heap", "rssi", "trust_version", "sequence", "health"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
  EXPECT_EQ(json["update"]["state"], "confirmed");
  EXPECT_TRUE(json["health"]["broken"].is_null());
}

TEST(Json, NoOrderIsNull) {
  DeviceView device = full_device();
  device.order.reset();
  const std::string text = to_json_text(device);
  EXPECT_TRUE(nlohmann::json::parse(text)["order"].is_null());
  EXPECT_FALSE(from_json_text<DeviceView>(text)->order.has_value());
}

TEST(Json, RolloutDetailIsFlat) {
  RolloutDetail sent;
  sent.rollout.id = 3;
  sent.rollout.state = "running";
  sent.rollout.counts = {{"waiting", 4}};
  sent.policy.waves = "1,100%";
  sent.waves = {{.number = 1, .size = "1", .open = true, .members = 1, .counts = {{"soaking", 1}}}};
  sent.members = {{.device = "a", .wave = 1, .state = "soaking"}};
  const std::string text = to_json_text(sent);
  EXPECT_EQ(nlohmann::json::parse(text)["state"], "running");
  const auto got = from_json_text<RolloutDetail>(text);
  ASSERT_TRUE(got.ok()) << got.error().message;
  EXPECT_EQ(got->rollout.counts, sent.rollout.counts);
  EXPECT_EQ(got->waves[0].counts, sent.waves[0].counts);
  EXPECT_EQ(got->members[0].device, "a");
}

TEST(Json, IsAsciiWhateverADeviceSays) {
  DeviceView device = full_device();
  device.update.error_text = "\x1b[2J\x7f \xc2\x9b \xff Küche";
  const std::string text = to_json_text(device);
  for (const char c : text) {
    EXPECT_GE(c, 0x20);
    EXPECT_LT(c, 0x7f);
  }
  EXPECT_TRUE(nlohmann::json::accept(text));
}

TEST(Json, AWrongTypeIsAnErrorAndAMissingFieldIsNot) {
  EXPECT_FALSE(from_json_text<WhyView>("[]").ok());
  EXPECT_FALSE(from_json_text<WhyView>("not json").ok());
  EXPECT_FALSE(from_json_text<WhyView>(R"({"why":1})").ok());
  EXPECT_FALSE(from_json_text<DeviceList>(R"({"devices":{}})").ok());
  EXPECT_FALSE(from_json_text<RolloutDetail>(R"({"id":1})").ok());
  const auto why = from_json_text<WhyView>(R"({"why":"because","new_field":1})");
  ASSERT_TRUE(why.ok());
  EXPECT_EQ(why->why, "because");
}

TEST(Json, ErrorsComeBack) {
  const Error sent{ErrorCode::Conflict, "there is one already", "choose another"};
  const Error got = error_from_json_text(to_json_text(sent), 409);
  EXPECT_EQ(got.code, ErrorCode::Conflict);
  EXPECT_EQ(got.message, sent.message);
  EXPECT_EQ(got.hint, sent.hint);
  const Error strange = error_from_json_text("<html>", 502);
  EXPECT_EQ(strange.code, ErrorCode::Internal);
  EXPECT_NE(strange.message.find("502"), std::string::npos);
}

}  // namespace
}  // namespace flotilla::api
