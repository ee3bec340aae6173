#include "daemon/authority/settings.h"

#include <functional>

#include <gtest/gtest.h>

namespace flotilla::authority {
namespace {

FleetSettings good() {
  FleetSettings fleet;
  fleet.product = "sensor";
  fleet.broker_name = "pi.local";
  fleet.addresses = {"192.168.1.10"};
  return fleet;
}

TEST(Settings, EachRuleIsChecked) {
  ASSERT_TRUE(check_settings(good()).ok());
  struct Row {
    const char* name;
    std::function<void(FleetSettings&)> spoil;
  };
  const Row rows[] = {
      {"product", [](FleetSettings& fleet) { fleet.product = ""; }},
      {"broker name", [](FleetSettings& fleet) { fleet.broker_name = "10.0.0.1"; }},
      {"no address", [](FleetSettings& fleet) { fleet.addresses.clear(); }},
      {"five addresses",
       [](FleetSettings& fleet) {
         fleet.addresses = {"a", "b", "c", "d", "e"};
       }},
      {"bad address", [](FleetSettings& fleet) { fleet.addresses = {"a b"}; }},
      {"bad NTP host", [](FleetSettings& fleet) { fleet.ntp_host = "a b"; }},
      {"MQTT port 0", [](FleetSettings& fleet) { fleet.mqtt_port = 0; }},
      {"HTTPS port too high", [](FleetSettings& fleet) { fleet.https_port = 65536; }},
      {"one port for both", [](FleetSettings& fleet) { fleet.https_port = fleet.mqtt_port; }},
      {"no heartbeat", [](FleetSettings& fleet) { fleet.heartbeat_seconds = 0; }},
      {"rare heartbeat", [](FleetSettings& fleet) { fleet.heartbeat_seconds = 3601; }},
  };
  for (const auto& row : rows) {
    FleetSettings fleet = good();
    row.spoil(fleet);
    const auto refused = check_settings(fleet);
    ASSERT_FALSE(refused.ok()) << row.name;
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument) << row.name;
    EXPECT_FALSE(refused.error().hint.empty()) << row.name;
  }
}

TEST(Settings, SurviveTheirFile) {
  AuthorityState state{.fleet = good(), .trust_version = 3, .next_release_counter = 42};
  state.fleet.ntp_host = "time.local";
  state.fleet.mqtt_port = 1;
  state.fleet.https_port = 2;
  state.fleet.heartbeat_seconds = 5;
  const auto again = from_json(to_json(state), "authority.json");
  ASSERT_TRUE(again.ok()) << again.error().message;
  EXPECT_EQ(to_json(*again), to_json(state));
  EXPECT_EQ(again->next_release_counter, 42U);
}

TEST(Settings, DamagedFileIsCorrupt) {
  const std::string text = to_json({.fleet = good()});
  std::string later = text;
  later.replace(later.find("\"format\": 1"), 11, "\"format\": 2");
  std::string zero = text;
  zero.replace(zero.find("\"next_release_counter\": 1"), 25, "\"next_release_counter\": 0");
  for (const std::string& bad : {std::string(), std::string("{}"), text.substr(0, text.size() / 2), later, zero}) {
    const auto refused = from_json(bad, "authority.json");
    ASSERT_FALSE(refused.ok()) << bad;
    EXPECT_EQ(refused.error().code, ErrorCode::Corrupt);
    EXPECT_NE(refused.error().message.find("authority.json"), std::string::npos);
  }
}

}  // namespace
}  // namespace flotilla::authority
