// The daemon's broker client against a real mosquitto with TLS, client certificates and the project's ACL.
#include "daemon/mqtt/broker_client.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "proto/host/codec.h"
#include "tests/fakes/recording_sink.h"
#include "tests/support/mosquitto.h"

namespace flotilla::mqtt {
namespace {

using test::CertFiles;
using test::wait_until;

constexpr const char* kHeartbeatTopic = "flotilla/v1/esp-1/heartbeat";

class BrokerClientTest : public ::testing::Test {
 protected:
  BrokerOptions options() const {
    return {.host = "localhost",
            .port = broker_.port(),
            .ca = authority_.ca(),
            .certificate = daemon_.certificate,
            .key = daemon_.key,
            .retry_maximum_seconds = 1};
  }

  // As the device esp-1.
  void device_publishes(const std::string& topic, const std::string& payload) {
    test::write_file(dir_.file("payload"), payload);
    test::must_run(device_command("mosquitto_pub", topic, {"-q", "1", "-f", dir_.file("payload")}));
  }
  // The retained message, or nothing within two seconds.
  std::string retained(const std::string& topic) {
    return test::run_command(device_command("mosquitto_sub", topic, {"-q", "1", "-C", "1", "-W", "2", "-N"})).output;
  }

  bool became_up(std::size_t times = 1) {
    return wait_until([&] {
      const auto broker = sink_.seen().broker;
      return static_cast<std::size_t>(std::count(broker.begin(), broker.end(), true)) >= times && broker.back();
    });
  }
  bool became_down() {
    return wait_until([&] { return !sink_.seen().broker.empty() && !sink_.seen().broker.back(); });
  }

  static std::string heartbeat(std::uint32_t boot_id) {
    Heartbeat value;
    value.boot_id = boot_id;
    return wire::encode(value);
  }
  std::uint32_t last_boot_id() const {
    const auto seen = sink_.seen();
    return seen.heartbeats.empty() ? 0 : seen.heartbeats.back().second.boot_id;
  }

  std::vector<std::string> device_command(const std::string& program, const std::string& topic,
                                          const std::vector<std::string>& more) {
    std::vector<std::string> argv = {program,
                                     "-h",
                                     "localhost",
                                     "-p",
                                     std::to_string(broker_.port()),
                                     "--cafile",
                                     authority_.ca(),
                                     "--cert",
                                     device_.certificate,
                                     "--key",
                                     device_.key,
                                     "-t",
                                     topic};
    argv.insert(argv.end(), more.begin(), more.end());
    return argv;
  }

  test::TempDir dir_;
  test::TestAuthority authority_;
  CertFiles daemon_ = authority_.issue_client("_flotillad");
  CertFiles device_ = authority_.issue_client("esp-1");
  test::Mosquitto broker_{authority_};
  fakes::RecordingSink sink_;
};

TEST_F(BrokerClientTest, HandsOverHeartbeatsAndPresence) {
  broker_.start();
  BrokerClient client(options(), sink_);
  ASSERT_TRUE(client.start().ok());
  ASSERT_TRUE(became_up());
  EXPECT_TRUE(client.up());

  device_publishes(kHeartbeatTopic, heartbeat(42));
  ASSERT_TRUE(wait_until([&] { return last_boot_id() == 42; }));
  EXPECT_EQ(sink_.seen().heartbeats[0].first, "esp-1");
  device_publishes("flotilla/v1/esp-1/presence", "online");
  EXPECT_TRUE(wait_until([&] { return sink_.seen().presences == std::vector{std::pair{std::string("esp-1"), true}}; }));
}

TEST_F(BrokerClientTest, PublishesRetainedCommandsAndTellsTheirAcknowledgement) {
  broker_.start();
  BrokerClient client(options(), sink_);
  ASSERT_TRUE(client.start().ok());
  ASSERT_TRUE(became_up());

  ASSERT_TRUE(client.publish("esp-1", "the order", 11).ok());
  ASSERT_TRUE(wait_until([&] { return !sink_.seen().published.empty(); }));
  EXPECT_EQ(sink_.seen().published[0], (std::pair<std::string, std::uint64_t>("esp-1", 11)));
  EXPECT_EQ(retained("flotilla/v1/esp-1/command"), "the order");

  ASSERT_TRUE(client.publish("esp-1", "", 12).ok());
  ASSERT_TRUE(wait_until([&] { return sink_.seen().published.size() == 2; }));
  EXPECT_EQ(retained("flotilla/v1/esp-1/command").find("the order"), std::string::npos);

  EXPECT_EQ(client.publish("_op.eve", "x", 13).error().code, ErrorCode::InvalidArgument);
}

TEST_F(BrokerClientTest, AcknowledgesEveryCommandOfALargeWave) {
  broker_.start();
  BrokerClient client(options(), sink_);
  ASSERT_TRUE(client.start().ok());
  ASSERT_TRUE(became_up());
  constexpr std::size_t kDevices = 5000;
  const std::string order(kMaxSignedInstall, 'o');
  for (std::size_t i = 0; i < kDevices; ++i) {
    const auto queued = client.publish("d" + std::to_string(i), order, i);
    ASSERT_TRUE(queued.ok()) << queued.error().message;
  }
  EXPECT_TRUE(wait_until([&] { return sink_.seen().published.size() == kDevices; }));
  EXPECT_TRUE(sink_.seen().failed.empty());
}

TEST_F(BrokerClientTest, ComesBackByItselfAfterTheBroker) {
  broker_.start();
  BrokerClient client(options(), sink_);
  ASSERT_TRUE(client.start().ok());
  std::uint32_t boot_id = 0;
  std::size_t times = 0;
  for (const int signal : {SIGTERM, SIGKILL, SIGKILL}) {
    SCOPED_TRACE(signal);
    ASSERT_TRUE(became_up(++times));
    broker_.stop(signal);
    ASSERT_TRUE(became_down());
    EXPECT_EQ(client.publish("esp-1", "x", 1).error().code, ErrorCode::Unavailable);
    if (signal == SIGKILL) broker_.forget_everything();
    broker_.start();
    ASSERT_TRUE(became_up(times + 1));
    device_publishes(kHeartbeatTopic, heartbeat(++boot_id));
    ASSERT_TRUE(wait_until([&] { return last_boot_id() == boot_id; })) << "not subscribed again";
    ASSERT_TRUE(client.publish("esp-1", "order " + std::to_string(boot_id), boot_id).ok());
    ASSERT_TRUE(wait_until([&] { return sink_.seen().published.size() == boot_id; }));
  }
}

TEST_F(BrokerClientTest, ConnectsToABrokerThatComesLater) {
  BrokerClient client(options(), sink_);
  ASSERT_TRUE(client.start().ok());
  EXPECT_EQ(client.publish("esp-1", "x", 1).error().code, ErrorCode::Unavailable);
  broker_.start();
  EXPECT_TRUE(became_up());
}

TEST_F(BrokerClientTest, KeepsTheSessionOverItsOwnRestart) {
  broker_.start();
  {
    BrokerClient client(options(), sink_);
    ASSERT_TRUE(client.start().ok());
    ASSERT_TRUE(became_up());
    client.stop();
  }
  device_publishes(kHeartbeatTopic, heartbeat(77));
  BrokerClient again(options(), sink_);
  ASSERT_TRUE(again.start().ok());
  EXPECT_TRUE(wait_until([&] { return last_boot_id() == 77; }));
}

TEST_F(BrokerClientTest, NoticesMalformedHeartbeats) {
  broker_.start();
  BrokerClient client(options(), sink_);
  ASSERT_TRUE(client.start().ok());
  ASSERT_TRUE(became_up());
  device_publishes(kHeartbeatTopic, "not a heartbeat");
  device_publishes(kHeartbeatTopic, std::string(100'000, 'x'));
  device_publishes(kHeartbeatTopic, heartbeat(5));
  ASSERT_TRUE(wait_until([&] { return last_boot_id() == 5; })) << "the client must go on";
  const auto malformed = sink_.seen().malformed;
  ASSERT_EQ(malformed.size(), 2U);
  EXPECT_EQ(malformed[0].first, "esp-1");
  EXPECT_NE(malformed[0].second.find("does not decode"), std::string::npos);
  EXPECT_NE(malformed[1].second.find("100000 bytes"), std::string::npos);
}

TEST_F(BrokerClientTest, NoticesThatTheAclForbidsToPublish) {
  broker_.write_acl("user _flotillad\ntopic read flotilla/v1/+/heartbeat\ntopic read flotilla/v1/+/presence\n");
  broker_.start();
  BrokerClient client(options(), sink_);
  ASSERT_TRUE(client.start().ok());
  ASSERT_TRUE(became_up());
  ASSERT_TRUE(client.publish("esp-1", "the order", 11).ok());
  ASSERT_TRUE(wait_until([&] { return !sink_.seen().failed.empty(); }));
  EXPECT_EQ(sink_.seen().failed[0].first, "esp-1");
  EXPECT_NE(sink_.seen().failed[0].second.find("ACL"), std::string::npos);
  EXPECT_TRUE(sink_.seen().published.empty());
}

// mosquitto 2.0 grants every subscription, whatever its ACL says, but not every QoS.
TEST_F(BrokerClientTest, IsNotUpUntilBothSubscriptionsAreGranted) {
  broker_.add_configuration("max_qos 0");
  broker_.start();
  BrokerClient client(options(), sink_);
  ASSERT_TRUE(client.start().ok());
  const auto answers = [&] { return test::count_of(broker_.log(), "Sending SUBACK to _flotillad"); };
  ASSERT_TRUE(wait_until([&] { return answers() >= 2; })) << "it must ask again\n" << broker_.log();
  EXPECT_FALSE(client.up());
  EXPECT_TRUE(sink_.seen().broker.empty());
  EXPECT_EQ(client.publish("esp-1", "x", 1).error().code, ErrorCode::Unavailable);
}

TEST_F(BrokerClientTest, ConnectsByAnAddressThatTheCertificateNames) {
  broker_.start();
  BrokerOptions by_address = options();
  by_address.host = "127.0.0.1";
  BrokerClient client(by_address, sink_);
  ASSERT_TRUE(client.start().ok());
  EXPECT_TRUE(became_up());
}

TEST(BrokerClientName, TheBrokersCertificateMustNameTheHost) {
  test::TestAuthority authority;
  const CertFiles daemon = authority.issue_client("_flotillad");
  test::Mosquitto broker(authority, {"DNS:other.example"});
  broker.start();
  fakes::RecordingSink sink;
  BrokerClient client({.host = "localhost",
                       .port = broker.port(),
                       .ca = authority.ca(),
                       .certificate = daemon.certificate,
                       .key = daemon.key,
                       .retry_maximum_seconds = 1},
                      sink);
  ASSERT_TRUE(client.start().ok());
  // It comes, sees the certificate, goes, and comes again.
  const auto attempts = [&] { return test::count_of(broker.log(), "New connection"); };
  ASSERT_TRUE(wait_until([&] { return attempts() >= 3; })) << broker.log();
  EXPECT_EQ(broker.log().find("New client connected"), std::string::npos) << broker.log();
  EXPECT_FALSE(client.up());
}

TEST_F(BrokerClientTest, RefusesABrokerOfAnotherAuthority) {
  broker_.start();
  const test::TestAuthority stranger("Another CA");
  BrokerOptions wrong = options();
  wrong.ca = stranger.ca();
  BrokerClient client(wrong, sink_);
  ASSERT_TRUE(client.start().ok());
  ASSERT_TRUE(wait_until([&] { return broker_.log().find("unknown ca") != std::string::npos; })) << broker_.log();
  EXPECT_FALSE(client.up());
  EXPECT_TRUE(sink_.seen().broker.empty());
}

TEST_F(BrokerClientTest, RefusesToStartWithoutItsFiles) {
  BrokerOptions missing = options();
  missing.key = dir_.file("nowhere.pem");
  BrokerClient client(missing, sink_);
  const auto started = client.start();
  ASSERT_FALSE(started.ok());
  EXPECT_NE(started.error().message.find("nowhere.pem"), std::string::npos);
}

TEST_F(BrokerClientTest, StopsWhileTheBrokerIsAway) {
  BrokerClient client(options(), sink_);
  ASSERT_TRUE(client.start().ok());
  client.stop();
  client.stop();
  EXPECT_FALSE(client.up());
}

}  // namespace
}  // namespace flotilla::mqtt
