// The whole node as a sketch uses it, on a chip that is a stand-in.
#include <algorithm>
#include <cont.h>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "common/flash_map.h"
#include "firmware-esp/src/Flotilla.h"
#include "firmware-esp/src/esp8266/early.h"
#include "proto/host/codec.h"
#include "proto/provisioning_block.h"
#include "tests/fakes/arduino/fake_core.h"
#include "tests/unit/esp8266/signer.h"

extern "C" void preinit();

namespace flotilla {
namespace {

ByteView view(const std::string& bytes) { return ByteView(std::string_view(bytes)); }

// A board as it leaves the bench: some image, its provisioning, trusted keys.
class NodeTest : public testing::Test {
 protected:
  NodeTest() {
    const std::uint8_t image[] = {0xE9, 1, 2, 0x40, 0x10, 0x10, 0x20, 0x40, 0x10, 0x10, 0x20, 0x40, 16, 0, 0, 0};
    place(flash_map::kImage,
          std::string(std::begin(image), std::end(image)) + std::string(16, 'x') + std::string(16, 0));
  }
  void place(std::uint32_t address, const std::string& bytes) {
    std::copy(bytes.begin(), bytes.end(), core.flash.begin() + address);
  }
  void provision() {
    TrustStore trust;
    trust.version = 1;
    ASSERT_TRUE(trust.root_keys.push_back(signer.key) && trust.release_keys.push_back(signer.key) &&
                trust.command_keys.push_back(signer.key) && trust.ca_hashes.push_back({}));
    trust.root_threshold = trust.release_threshold = 1;
    const std::string payload = wire::encode(trust);
    EspCrypto crypto;
    Envelope envelope;
    envelope.payload = view(payload);
    ASSERT_TRUE(envelope.signatures.push_back(
        {key_id_of(signer.key, crypto), signer.sign(signing_digest(Role::Trust, view(payload), crypto))}));
    const std::string signed_trust = wire::encode(envelope);
    Provisioning out;
    out.device_id = DeviceId("roof-1");
    out.product = Name("garden");
    out.hardware = Name("d1-mini");
    out.wifi_ssid = FixedString<32>("attic");
    out.wifi_password = FixedString<63>("open sesame");
    out.device_key.fill(1);
    out.ca_certificate = ByteView(std::string_view("an authority"));
    out.device_certificate = view(certificate);
    out.signed_trust_store = view(signed_trust);
    out.broker_name = FixedString<63>("pi.fleet");
    ASSERT_TRUE(out.addresses.push_back(FixedString<63>("10.0.0.1")));
    out.mqtt_port = 8883;
    out.https_port = 8443;
    out.ntp_host = FixedString<63>("10.0.0.1");
    out.provisioned_at = 1'790'000'000;
    const std::string message = wire::encode(out);
    std::string block(flash_map::kProvisioningSize, '\xFF');
    ASSERT_NE(write_provisioning_block(1, view(message), reinterpret_cast<std::uint8_t*>(block.data()), block.size()),
              0U);
    place(flash_map::kProvisioning[0], block);
    core.hosts["10.0.0.1"] = true;
  }
  // As an update leaves it: this image is on trial from the next boot on.
  void arm() {
    EspFlash flash;
    EspCrypto crypto;
    Scratch scratch;
    Ledger ledger(flash);
    AttemptRecord attempt;
    attempt.command.digest.bytes[0] = 1;
    attempt.trial_boots = 3;
    attempt.trial_seconds = attempt.trial_maximum_seconds = 3600;
    attempt.image_sha256 = identify_running(flash, crypto, scratch).sha256;
    ASSERT_TRUE(ledger.open() && ledger.accept(attempt) && ledger.move(UpdateEvent::StartDownload) &&
                ledger.move(UpdateEvent::ImageVerified) && ledger.move(UpdateEvent::Arm));
  }
  // Ten seconds each.
  void let_the_timer_run(int times) {
    for (int i = 0; i < times && core.timer != nullptr; ++i) core.timer(nullptr);
  }
  void run(Node& node, int loops = 20) {
    core.wifi_up = true;
    for (int i = 0; i < loops; ++i) {
      core.micros += 100'000;
      node.loop();
    }
  }
  bool sent(const std::string& begin) const {
    return std::any_of(core.packets.begin(), core.packets.end(),
                       [&begin](const std::string& packet) { return packet.rfind(begin, 0) == 0; });
  }
  bool said(const std::string& text) const { return core.serial.find(text) != std::string::npos; }

  fake_core::Core& core = fake_core::reset();
  Signer signer;
  std::string certificate = "a certificate";  // one byte: the stand-in cannot read it
};

TEST_F(NodeTest, AnUnprovisionedBoardSaysSoAndRunsItsSketch) {
  preinit();
  Node node({.version = "1.2.0", .led_pin = 2});
  EXPECT_FALSE(node.begin());
  EXPECT_FALSE(node.managed());
  EXPECT_TRUE(said("NOT MANAGED"));
  EXPECT_TRUE(said("enroll the device"));
  core.serial.clear();
  run(node, 400);  // 40 s
  EXPECT_TRUE(said("NOT MANAGED"));
  EXPECT_FALSE(node.publish("temperature", 21.5));
  EXPECT_TRUE(node.may_sleep());
  EXPECT_NE(core.led, -1);
}

TEST_F(NodeTest, ConnectsReportsAndPublishes) {
  provision();
  preinit();
  Node node({.version = "1.2.0"});
  EXPECT_FALSE(node.publish("temperature", 21.5));
  ASSERT_TRUE(node.begin()) << core.serial;
  EXPECT_EQ(node.device_id(), "roof-1");
  EXPECT_EQ(core.wifi_password, "open sesame");
  EXPECT_EQ(core.ntp_host, "10.0.0.1");
  run(node);
  EXPECT_TRUE(node.online());
  EXPECT_TRUE(sent("PUBLISH flotilla/v1/roof-1/heartbeat="));
  EXPECT_TRUE(said("device roof-1"));
  EXPECT_TRUE(said("broker: connected"));
  EXPECT_GE(core.x509_time, 1'790'000'000);
  EXPECT_TRUE(node.publish("temperature", 21.456));
  EXPECT_EQ(core.packets.back(), "PUBLISH sensors/roof-1/temperature=21.46 qos1");
  EXPECT_TRUE(node.publish("state", "dry"));
  EXPECT_EQ(core.packets.back(), "PUBLISH sensors/roof-1/state=dry qos1");
  EXPECT_FALSE(node.publish("a/#", "x"));
}

// A certificate renewed over the air that cannot be read: the agent must run, or the other copy never gets its turn.
TEST_F(NodeTest, RunsTheAgentWithoutAReadableCertificate) {
  certificate = "?";
  provision();
  preinit();
  Node node({.version = "1.2.0"});
  EXPECT_TRUE(node.begin());
  EXPECT_TRUE(node.managed());
  EXPECT_TRUE(said("cannot be read"));
  core.packets.clear();
  run(node);
  EXPECT_FALSE(node.online());
  EXPECT_TRUE(core.packets.empty());
}

TEST_F(NodeTest, HealthValuesAreReplacedByName) {
  Node node({.version = "1.2.0"});
  EXPECT_TRUE(node.health("battery", 3.3F));
  for (const char* name : {"a", "b", "c", "d", "e", "f", "g"}) EXPECT_TRUE(node.health(name, 1));
  EXPECT_FALSE(node.health("one too many", 1));
  EXPECT_TRUE(node.health("battery", 3.4F));
}

TEST_F(NodeTest, SleepsOfflineWithATokenForTheWake) {
  provision();
  preinit();
  Node node({.version = "1.2.0", .sleep_seconds = 600});
  ASSERT_TRUE(node.begin()) << core.serial;
  EXPECT_FALSE(node.may_sleep());
  run(node, 3000);
  EXPECT_TRUE(node.may_sleep());
  EXPECT_THROW(node.sleep(600), Restarted);
  EXPECT_EQ(core.slept_us, 600'000'000U);
  EXPECT_TRUE(sent("PUBLISH flotilla/v1/roof-1/presence=offline"));
  core.reset_reason = 5;
  EspFlash flash;
  EXPECT_TRUE(EspBoot(flash, EspBoot::Restart::AtOnce).planned_wake());
}

TEST_F(NodeTest, NeverSleepsLongerThanTheChipCan) {
  Node node({.version = "1.2.0"});
  EXPECT_THROW(node.sleep(86'400), Restarted);
  EXPECT_EQ(core.slept_us, ESP.deepSleepMax());
}

TEST_F(NodeTest, ASketchOnTrialThatWaitsForEverIsRestarted) {
  provision();
  arm();
  preinit();
  ASSERT_NE(core.timer, nullptr);
  EXPECT_EQ(core.timer_ms, 10'000U);
  let_the_timer_run(29);
  EXPECT_EQ(core.restarts, 0);
  let_the_timer_run(1);
  EXPECT_EQ(core.restarts, 1);
}

TEST_F(NodeTest, AnAgentOnTrialThatCannotBeginIsRestarted) {
  arm();
  preinit();
  Node node({.version = "1.2.0"});
  EXPECT_FALSE(node.begin());
  run(node);
  let_the_timer_run(30);
  EXPECT_EQ(core.restarts, 1);
}

TEST_F(NodeTest, ASketchOnTrialThatLoopsIsNotRestarted) {
  provision();
  arm();
  preinit();
  Node node({.version = "1.2.0"});
  ASSERT_TRUE(node.begin()) << core.serial;
  for (int i = 0; i < 10; ++i) {
    let_the_timer_run(20);
    run(node, 1);
  }
  EXPECT_EQ(core.restarts, 0);
  ASSERT_NE(core.timer, nullptr);
  agent_stepped(false);
  EXPECT_EQ(core.timer, nullptr) << "off trial a sketch may take its time";
}

TEST_F(NodeTest, ASketchOffTrialMayTakeItsTime) {
  provision();
  preinit();
  EXPECT_EQ(core.timer, nullptr);
}

TEST(EarlyBoot, LeavesTheSketchsStackPainted) {
  fake_core::reset();
  g_pcont->painted = false;
  preinit();
  EXPECT_TRUE(g_pcont->painted);
}

}  // namespace
}  // namespace flotilla
