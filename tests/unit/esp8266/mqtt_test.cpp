#include <gtest/gtest.h>

#include "tests/unit/esp8266/network_rig.h"

namespace flotilla {
namespace {

using hal::Link;

constexpr char kCommand[] = "flotilla/v1/roof-1/command";

TEST(EspMqtt, LogsInSubscribesAndSaysOnline) {
  NetworkRig rig;
  EXPECT_EQ(rig.mqtt.link(), Link::NoNetwork);
  rig.connect();
  EXPECT_EQ(rig.mqtt.link(), Link::Up);
  EXPECT_EQ(rig.mqtt.session(), 1U);
  EXPECT_EQ(rig.sent(),
            "CONNECT roof-1\nSUBSCRIBE flotilla/v1/roof-1/command qos1\n"
            "PUBLISH flotilla/v1/roof-1/presence=online retained qos1\n");
}

TEST(EspMqtt, LeavesARetainedWill) {
  fake_core::reset();
  EspClock clock;
  FixedRandom random;
  TrustedTime time(clock);
  EspWifi wifi(clock);
  Servers servers;
  TlsClient tls(servers, time);
  EspMqtt mqtt(wifi, tls, clock, random);
  mqtt.begin("roof-1");
  ASSERT_EQ(fake_core::core().packets.size(), 1U);
  EXPECT_EQ(fake_core::core().packets[0], "WILL flotilla/v1/roof-1/presence=offline retained qos1");
}

TEST(EspMqtt, TellsWhoIsToBlame) {
  NetworkRig rig;
  rig.core.wifi_up = true;
  rig.core.hosts = {{"10.0.0.1", false}};
  rig.mqtt.poll();
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Unreachable);

  rig.core.hosts = {{"10.0.0.1", true}, {"pi.lan", true}};
  rig.core.handshake_works = false;
  rig.pass(60'000);
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Refused);

  rig.core.handshake_works = true;
  rig.core.login_works = false;
  rig.pass(60'000);
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Refused);

  rig.core.login_works = true;
  rig.core.answers = false;  // neither to the subscription
  rig.pass(60'000);
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Refused);
  EXPECT_EQ(rig.mqtt.session(), 0U);

  rig.core.answers = true;
  rig.pass(60'000);
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Up);

  rig.core.alive = false;  // an established connection is lost
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Refused);

  rig.core.wifi_up = false;
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::NoNetwork);
}

TEST(EspMqtt, BacksOffBetweenAttempts) {
  NetworkRig rig;
  rig.core.wifi_up = true;
  rig.core.handshake_works = false;
  rig.mqtt.poll();
  const auto attempts = [&rig] { return rig.core.tried.size(); };
  EXPECT_EQ(attempts(), 1U);
  rig.pass(499);
  rig.mqtt.poll();
  EXPECT_EQ(attempts(), 1U);
  rig.pass(1);
  rig.mqtt.poll();
  EXPECT_EQ(attempts(), 2U);
  rig.pass(999);
  rig.mqtt.poll();
  EXPECT_EQ(attempts(), 2U);
  rig.pass(1);
  rig.mqtt.poll();
  EXPECT_EQ(attempts(), 3U);
}

TEST(EspMqtt, AWholeAccessPointDoesNotComeBackInOneMoment) {
  NetworkRig rig;
  rig.connect();
  rig.core.wifi_up = false;
  rig.mqtt.poll();
  rig.pass(3600'000);
  rig.core.wifi_up = true;
  rig.mqtt.poll();
  EXPECT_NE(rig.mqtt.link(), Link::Up);
  rig.pass(2'000);
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Up);
  EXPECT_EQ(rig.mqtt.session(), 2U);
}

TEST(EspMqtt, APublishIsAcknowledgedOrTheConnectionIsMadeAnew) {
  NetworkRig rig;
  const std::string payload = "21.5";
  EXPECT_EQ(rig.mqtt.publish("sensors/roof-1/t", ByteView(payload)), 0U);
  rig.connect();
  EXPECT_EQ(rig.mqtt.acknowledged(), 0U);  // of the connection's own presence nothing is said
  rig.sent();
  const auto id = rig.mqtt.publish("sensors/roof-1/t", ByteView(payload));
  EXPECT_NE(id, 0U);
  EXPECT_EQ(rig.mqtt.acknowledged(), id);
  EXPECT_EQ(rig.sent(), "PUBLISH sensors/roof-1/t=21.5 qos1\n");
  rig.core.answers = false;
  EXPECT_EQ(rig.mqtt.publish("sensors/roof-1/t", ByteView(payload)), 0U);
  EXPECT_EQ(rig.mqtt.link(), Link::Refused);
  EXPECT_EQ(rig.mqtt.acknowledged(), 0U);
}

TEST(EspMqtt, GivesACommandOnce) {
  NetworkRig rig;
  rig.core.incoming.push_back({kCommand, "order"});  // retained: comes with the subscription
  rig.connect();
  ByteView payload;
  ASSERT_TRUE(rig.mqtt.receive(payload));
  EXPECT_EQ(payload.text(), "order");
  EXPECT_FALSE(rig.mqtt.receive(payload));
  rig.mqtt.poll();
  EXPECT_FALSE(rig.mqtt.receive(payload));
}

TEST(EspMqtt, AnEmptyCommandIsAMessageToo) {
  NetworkRig rig;
  rig.core.incoming.push_back({kCommand, ""});
  rig.connect();
  ByteView payload;
  ASSERT_TRUE(rig.mqtt.receive(payload));
  EXPECT_TRUE(payload.empty());
}

TEST(EspMqtt, OtherTopicsAreNoCommands) {
  NetworkRig rig;
  rig.core.incoming.push_back({"flotilla/v1/roof-2/command", "order"});
  rig.connect();
  ByteView payload;
  EXPECT_FALSE(rig.mqtt.receive(payload));
}

TEST(EspMqtt, ANewerCommandReplacesWhatWasNotLookedAt) {
  NetworkRig rig;
  rig.core.incoming = {{kCommand, "first"}, {kCommand, "second"}};
  rig.connect();
  ByteView payload;
  ASSERT_TRUE(rig.mqtt.receive(payload));
  EXPECT_EQ(payload.text(), "second");
}

// The agent publishes while it still looks at a command: what comes then must not change the bytes, nor be lost.
TEST(EspMqtt, ACommandThatComesWhileOneIsReadIsAskedForAgain) {
  NetworkRig rig;
  rig.core.incoming.push_back({kCommand, "first"});
  rig.connect();
  ByteView payload;
  ASSERT_TRUE(rig.mqtt.receive(payload));
  rig.core.incoming.push_back({kCommand, "second"});
  EXPECT_NE(rig.mqtt.publish("t", ByteView(std::string_view("x"))), 0U);
  EXPECT_EQ(payload.text(), "first");
  rig.sent();
  rig.core.incoming.push_back({kCommand, "second"});  // as the broker answers a new subscription
  rig.mqtt.poll();
  EXPECT_EQ(rig.sent(), "SUBSCRIBE flotilla/v1/roof-1/command qos1\n");
  ASSERT_TRUE(rig.mqtt.receive(payload));
  EXPECT_EQ(payload.text(), "second");
}

TEST(EspMqtt, OversizedPacketsAreDroppedAndTheConnectionLives) {
  NetworkRig rig;
  rig.connect();
  rig.core.incoming = {{kCommand, std::string(2000, 'x')}};
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Up);
  ByteView payload;
  rig.core.incoming = {{kCommand, std::string(900, 'y')}};  // fits the packet's buffer, but is larger than any command
  rig.mqtt.poll();
  EXPECT_FALSE(rig.mqtt.receive(payload));
  rig.core.incoming = {{kCommand, "good"}};
  rig.mqtt.poll();
  ASSERT_TRUE(rig.mqtt.receive(payload));
  EXPECT_EQ(payload.text(), "good");
}

TEST(EspMqtt, DisconnectsInOrderAndComesBack) {
  NetworkRig rig;
  rig.connect();
  rig.sent();
  rig.mqtt.disconnect();
  EXPECT_EQ(rig.sent(), "PUBLISH flotilla/v1/roof-1/presence=offline retained qos1\nDISCONNECT\n");
  EXPECT_EQ(rig.mqtt.link(), Link::Unreachable);
  rig.pass(60'000);
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Up);
}

TEST(EspMqtt, PausedItKeepsItsHandsOff) {
  NetworkRig rig;
  rig.connect();
  rig.sent();
  rig.mqtt.pause();
  EXPECT_EQ(rig.sent(), "DISCONNECT\n");  // and not "offline"
  rig.pass(60'000);
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Unreachable);
  EXPECT_EQ(rig.sent(), "");
  rig.mqtt.resume();
  rig.mqtt.poll();
  EXPECT_EQ(rig.mqtt.link(), Link::Up);
}

TEST(EspWifi, StartsAnewWhereTheSdkDoesNotComeBack) {
  NetworkRig rig;
  EXPECT_EQ(rig.core.wifi_begun, 1);
  EXPECT_EQ(rig.core.wifi_ssid, "attic");
  EXPECT_FALSE(rig.core.wifi_persistent);
  rig.pass(29'999);
  rig.mqtt.poll();
  EXPECT_EQ(rig.core.wifi_begun, 1);
  rig.pass(1);
  rig.mqtt.poll();
  EXPECT_EQ(rig.core.wifi_begun, 2);
  rig.mqtt.poll();
  EXPECT_EQ(rig.core.wifi_begun, 2);
}

}  // namespace
}  // namespace flotilla
