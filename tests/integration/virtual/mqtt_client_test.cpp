// The virtual board's MQTT client against a real mosquitto with TLS; mosquitto_pub and mosquitto_sub as the other side.
#include "firmware-esp/virtual/mqtt_client.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "firmware-esp/virtual/host_ports.h"
#include "tests/integration/virtual/device_identity.h"
#include "tests/support/mosquitto.h"

namespace flotilla {
namespace {

using test::CertFiles;

constexpr std::size_t kRecordOverhead = 64;  // more than any cipher suite of ours adds

// Certificates and broker once for all tests; each test has its own device.
struct World {
  test::TestAuthority authority;
  test::Mosquitto broker{authority};
  CertFiles daemon = authority.issue_client("_flotillad");
  World() { broker.start(); }
};

class MqttClientTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { world = std::make_unique<World>(); }
  static void TearDownTestSuite() { world.reset(); }

  MqttClientTest() : device(world->authority.issue_client(id)) {}

  MqttClient make_client(const TlsEndpoint& endpoint, const std::string& ca) {
    return {{.client_id = id, .command_topic = topic("command"), .presence_topic = topic("presence")},
            test::device_identity(device, ca),
            endpoint,
            clock,
            random};
  }
  MqttClient make_client() { return make_client(test::endpoint(world->broker.port()), world->authority.ca()); }

  static std::string topic(const std::string& last) { return "flotilla/v1/" + id_of_test() + "/" + last; }
  static std::string id_of_test() {
    std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
    return name.substr(0, kMaxDeviceId);
  }

  static std::vector<std::string> daemon_tool(const std::string& program) {
    return {program,
            "-h",
            "localhost",
            "-p",
            std::to_string(world->broker.port()),
            "--cafile",
            world->authority.ca(),
            "--cert",
            world->daemon.certificate,
            "--key",
            world->daemon.key};
  }
  static void publish_command(const std::string& payload) {
    auto argv = daemon_tool("mosquitto_pub");
    argv.insert(argv.end(), {"-q", "1", "-r", "-t", topic("command"), "-m", payload});
    test::must_run(argv);
  }
  // The retained message of the topic, once there is one.
  static std::string retained(const std::string& name) {
    auto argv = daemon_tool("mosquitto_sub");
    argv.insert(argv.end(), {"-C", "1", "-W", "15", "-N", "-t", name});
    return test::must_run(argv);
  }
  static bool presence_becomes(const std::string& expected) {
    return test::wait_until([&] { return retained(topic("presence")) == expected; });
  }

  static bool drive(MqttClient& client, const std::function<bool()>& condition) {
    return test::wait_until([&] {
      client.poll();
      return condition();
    });
  }
  static bool comes_up(MqttClient& client) {
    return drive(client, [&] { return client.link() == hal::Link::Up; });
  }
  static std::string next_command(MqttClient& client) {
    std::string text = "(nothing came)";
    (void)drive(client, [&] {
      ByteView payload;
      if (!client.receive(payload)) return false;
      text = std::string(payload.text());
      return true;
    });
    return text;
  }

  static std::unique_ptr<World> world;
  const std::string id = id_of_test();
  CertFiles device;
  HostClock clock;
  SeededRandom random{1};
};

std::unique_ptr<World> MqttClientTest::world;

TEST_F(MqttClientTest, ConnectsAndSaysOnline) {
  MqttClient client = make_client();
  EXPECT_EQ(client.session(), 0U);
  ASSERT_TRUE(comes_up(client)) << client.problem() << world->broker.log();
  EXPECT_EQ(client.session(), 1U);
  EXPECT_TRUE(drive(client, [&] { return presence_becomes("online"); }));
}

TEST_F(MqttClientTest, PublishesAndSeesTheAcknowledgement) {
  MqttClient client = make_client();
  EXPECT_EQ(client.publish(topic("heartbeat"), ByteView(std::string_view("x"))), 0) << "not connected yet";
  ASSERT_TRUE(comes_up(client));
  auto argv = daemon_tool("mosquitto_sub");
  argv.insert(argv.end(), {"-C", "1", "-W", "15", "-N", "-t", topic("heartbeat")});
  const test::TempDir dir;
  test::Process observer(argv, dir.file("out"));
  const std::string beat(600, 'b');
  // Repeated until the observer, who may subscribe late, has one.
  std::uint16_t last = 0;
  EXPECT_TRUE(drive(client, [&] {
    if (last == client.acknowledged()) last = client.publish(topic("heartbeat"), ByteView(beat));
    return !observer.running();
  }));
  EXPECT_EQ(test::read_file(dir.file("out")), beat);
  EXPECT_NE(last, 0);
  EXPECT_TRUE(drive(client, [&] { return client.acknowledged() == last; }));
}

TEST_F(MqttClientTest, RetainedCommandComesBackAtEachConnection) {
  publish_command("order 1");
  MqttClient client = make_client();
  EXPECT_EQ(next_command(client), "order 1");
  publish_command("order 2");
  EXPECT_EQ(next_command(client), "order 2");
  client.disconnect();
  EXPECT_EQ(next_command(client), "order 2");
  EXPECT_EQ(client.session(), 2U);
}

TEST_F(MqttClientTest, OversizedCommandIsSkippedAndTheConnectionLives) {
  MqttClient client = make_client();
  ASSERT_TRUE(comes_up(client));
  publish_command(std::string(3000, 'x'));
  publish_command("small");
  EXPECT_EQ(next_command(client), "small");
  EXPECT_EQ(client.session(), 1U);
  publish_command(std::string(768, 'm'));
  EXPECT_EQ(next_command(client), std::string(768, 'm'));
}

// Were the extension not agreed, the broker would put the whole command into one record, and BearSSL would give up.
TEST_F(MqttClientTest, BrokerKeepsToSmallFragments) {
  publish_command(std::string(3000, 'x'));
  MqttClient client = make_client();
  ASSERT_TRUE(comes_up(client)) << client.problem();
  publish_command("small");
  EXPECT_EQ(next_command(client), "small");
  EXPECT_GT(client.connection().largest_record(), 1024U);
  EXPECT_LE(client.connection().largest_record(), 1024U + kRecordOverhead);
  EXPECT_EQ(client.session(), 1U);
}

TEST_F(MqttClientTest, ResetLeavesTheWill) {
  {
    MqttClient client = make_client();
    ASSERT_TRUE(comes_up(client));
    ASSERT_TRUE(drive(client, [&] { return presence_becomes("online"); }));
  }
  EXPECT_TRUE(presence_becomes("offline"));
}

TEST_F(MqttClientTest, DisconnectSaysOffline) {
  MqttClient client = make_client();
  ASSERT_TRUE(comes_up(client));
  ASSERT_TRUE(drive(client, [&] { return presence_becomes("online"); }));
  client.disconnect();
  EXPECT_NE(client.link(), hal::Link::Up);
  EXPECT_TRUE(presence_becomes("offline"));
}

TEST_F(MqttClientTest, ComesBackAfterTheBrokerWasKilled) {
  MqttClient client = make_client();
  ASSERT_TRUE(comes_up(client));
  world->broker.stop(SIGKILL);
  EXPECT_TRUE(drive(client, [&] { return client.link() == hal::Link::Unreachable; }));
  EXPECT_EQ(client.publish(topic("heartbeat"), ByteView(std::string_view("x"))), 0);
  world->broker.start();
  EXPECT_TRUE(comes_up(client));
  EXPECT_EQ(client.session(), 2U);
  EXPECT_EQ(client.acknowledged(), 0);
}

// An image that is thrown out at once, again and again, must not stop the clock of its trial: TCP works.
TEST_F(MqttClientTest, ThrownOutByAReachableBrokerIsNotUnreachable) {
  MqttClient client = make_client();
  ASSERT_TRUE(comes_up(client));
  MqttClient second = make_client();  // with the same id, so mosquitto ends the first one
  ASSERT_TRUE(comes_up(second));
  ASSERT_TRUE(drive(client, [&] { return client.link() != hal::Link::Up; }));
  EXPECT_EQ(client.link(), hal::Link::Refused);
}

TEST_F(MqttClientTest, TriesTheAddressesInTurn) {
  // Nothing listens at 127.0.0.2; the name is checked all the same.
  MqttClient client = make_client(
      test::endpoint(world->broker.port(), {"127.0.0.2", "no-such-host.invalid", "localhost"}), world->authority.ca());
  EXPECT_TRUE(comes_up(client)) << client.problem();
}

TEST_F(MqttClientTest, SilentNetworkIsUnreachable) {
  MqttClient client = make_client(test::endpoint(test::free_port()), world->authority.ca());
  EXPECT_TRUE(drive(client, [&] { return !client.problem().empty(); }));
  EXPECT_EQ(client.link(), hal::Link::Unreachable);
}

struct Stranger {
  const char* what;
  bool other_authority;  // the device trusts another one
  const char* name;      // that the device expects
  const char* problem;
};

TEST_F(MqttClientTest, StrangersAreRefused) {
  const test::TestAuthority other("Another CA");
  const Stranger rows[] = {
      {"another authority's broker", true, "localhost", "authority"},
      {"a broker of another name", false, "broker.example", "another name"},
  };
  for (const auto& row : rows) {
    MqttClient client = make_client(test::endpoint(world->broker.port(), {"127.0.0.1"}, row.name),
                                    row.other_authority ? other.ca() : world->authority.ca());
    EXPECT_TRUE(drive(client, [&] { return client.link() == hal::Link::Refused; })) << row.what;
    EXPECT_NE(client.problem().find(row.problem), std::string::npos) << client.problem();
  }
}

TEST_F(MqttClientTest, RevokedDeviceIsRefused) {
  world->authority.revoke(device);
  world->broker.reload();
  MqttClient client = make_client();
  // The broker may take a moment to read the list: until then it lets the device in.
  EXPECT_TRUE(drive(client, [&] {
    if (client.link() == hal::Link::Up) client.disconnect();
    return client.link() == hal::Link::Refused;
  }));
}

}  // namespace
}  // namespace flotilla
