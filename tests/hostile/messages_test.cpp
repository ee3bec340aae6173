// Messages from whoever can publish on a command topic, and from a thief who holds one of the two keys.
#include <gtest/gtest.h>

#include "proto/device/codec.h"
#include "tests/fakes/device_rig.h"
#include "tests/hostile/mutator.h"

namespace flotilla::hostile {
namespace {

using fakes::DeviceRig;

constexpr int kMessages = 4000;

// A board at rest that has accepted commands up to number 50.
class HostileMessages : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(rig_.run_to_seeded());
    rig_.mqtt.retain(rig_.install(50, 100));
    ASSERT_TRUE(rig_.run_to(UpdateState::Confirmed));
    rig_.run(20);
    const auto third = rig_.add_firmware({.version = "1.2.0"});
    manifest_ = wire::encode(rig_.manifest_of(rig_.firmware(third), 3));
  }

  std::string install_of(const std::string& signed_manifest, std::uint32_t sequence) {
    return rig_.sign(rig_.install_command(signed_manifest, "1.2.0", sequence, 200 + sequence));
  }

  // What the policy says to it, from memory of exactly its size.
  CommandDecision decide_on(const Exact& message) {
    Ledger ledger(rig_.flash);
    EXPECT_TRUE(ledger.open());
    CommandCase subject;
    subject.message = message.view();
    return decide(subject, {rig_.board, ledger, "1.1.0", 1'800'000'000}, rig_.crypto);
  }

  // Refused with a code, or known; and the agent that gets it by MQTT touches nothing.
  void expect_no_effect(const std::string& message) {
    const CommandDecision decision = decide_on(Exact(message));
    const bool refused = decision.outcome == CommandOutcome::Refuse && decision.reason != Reason::None;
    EXPECT_TRUE(refused || decision.outcome == CommandOutcome::Redelivery);
    const auto operations = rig_.flash.operations();
    rig_.mqtt.retain(message);
    rig_.run(2);
    EXPECT_EQ(rig_.flash.operations(), operations) << "the flash was touched";
    EXPECT_EQ(rig_.agent->state(), UpdateState::Confirmed);
    EXPECT_EQ(rig_.agent->last_sequence(), 50u);
    EXPECT_EQ(rig_.mqtt.undecodable, 0);
    if (refused && !message.empty()) {
      EXPECT_NE(rig_.agent->refusal(), Reason::None);
      ++refused_;
    }
  }

  DeviceRig rig_{8 * 1024};
  std::string manifest_;
  Mutator mutator_{seed()};
  int refused_ = 0;
};

// Without any key: every change breaks the signature, or what is signed is a number that was used already.
TEST_F(HostileMessages, DamagedEnvelopesAreRefusedAndTouchNothing) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  const std::string valid[] = {
      install_of(rig_.sign(Role::Manifest, manifest_, fakes::kReleaseKey), 49),
      rig_.sign(rig_.command(CommandKind::Cancel, 49, 100)),
      rig_.sign(rig_.command(CommandKind::Revert, 48, 300)),
      rig_.sign(rig_.command(CommandKind::UpdateTrust, 47, 301)),
  };
  for (int i = 0; i < kMessages && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    expect_no_effect(mutator_.mutate(valid[mutator_.draw(4)], valid[mutator_.draw(4)]));
  }
  EXPECT_GT(refused_, kMessages * 9 / 10);
}

// The command key was stolen: whatever it signs around a manifest that no release key signed is refused.
TEST_F(HostileMessages, DamagedManifestsUnderAGoodCommandAreRefusedAndTouchNothing) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  const std::string good = rig_.sign(Role::Manifest, manifest_, fakes::kReleaseKey);
  const std::string other = rig_.sign(rig_.manifest_of(rig_.old(), 1));
  int still_good = 0;
  for (int i = 0; i < kMessages && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    const std::string bad = mutator_.mutate(good, other).substr(0, 500);
    Envelope envelope;
    const Exact exact(bad);
    const bool decodes = device_wire::decode(exact.view(), envelope);
    // The payload is as it was signed: something beside it was changed, which no signature covers.
    if (decodes && (envelope.payload.text() == manifest_ ||
                    envelope.payload.text() == wire::encode(rig_.manifest_of(rig_.old(), 1)))) {
      ++still_good;
      continue;
    }
    expect_no_effect(install_of(bad, 60));
  }
  EXPECT_LT(still_good, kMessages / 4);
  EXPECT_GT(refused_, kMessages * 7 / 10);
}

// The command key was stolen and signs any bytes as a command.
TEST_F(HostileMessages, AnyBytesUnderAGoodCommandSignatureNeverHarmTheBoard) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  const std::string good = rig_.sign(Role::Manifest, manifest_, fakes::kReleaseKey);
  const std::string install = wire::encode(rig_.install_command(good, "1.2.0", 60, 260));
  const std::string cancel = wire::encode(rig_.command(CommandKind::Cancel, 60, 100));
  for (int i = 0; i < kMessages && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    const std::string bytes =
        mutator_.draw(2) == 0 ? mutator_.mutate(install, cancel) : mutator_.mutate(cancel, install);
    const Exact message(rig_.sign(Role::Command, bytes, fakes::kCommandKey));
    const CommandDecision decision = decide_on(message);
    EXPECT_EQ(decision.outcome == CommandOutcome::Refuse, decision.reason != Reason::None);
    // What it may order, it may order: an image that the release key signed, for this board, not below the floor.
  }
}

// Both keys were stolen. What is accepted then is downloaded or fails with a code; the board goes on and can be updated.
TEST_F(HostileMessages, AnyManifestUnderGoodSignaturesLeavesTheBoardUpdatable) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  rig_.step_ms = 2000;
  std::uint32_t sequence = 60;
  int accepted = 0;
  for (int i = 0; i < kMessages / 8 && !HasFailure(); ++i) {
    SCOPED_TRACE(i);
    const std::string bytes = mutator_.mutate(manifest_, wire::encode(rig_.manifest_of(rig_.old(), 1))).substr(0, 400);
    rig_.mqtt.retain(install_of(rig_.sign(Role::Manifest, bytes, fakes::kReleaseKey), ++sequence));
    rig_.run(400);
    ASSERT_TRUE(rig_.agent);
    accepted += rig_.agent->attempt_id() == 200 + sequence ? 1 : 0;
    EXPECT_NE(rig_.running(), nullptr);
    EXPECT_EQ(rig_.mqtt.undecodable, 0);
  }
  EXPECT_GT(accepted, 5) << "nothing came through: the test shows nothing";
  rig_.step_ms = 10;
  rig_.add_firmware({.version = "9.0.0"});
  // The thief's releases may have raised the clock's floor (their created_at) and the security floor: both are signed.
  const std::string last = rig_.sign(rig_.manifest_of(*rig_.find("9.0.0"), 0xFFFFFFFF));
  Command command = rig_.install_command(last, "9.0.0", sequence + 1, 9000);
  command.expires_at = ~std::uint64_t{0};
  rig_.mqtt.retain(rig_.sign(command));
  EXPECT_TRUE(rig_.run_until([&] {
    return rig_.agent->attempt_id() == 9000 && rig_.agent->state() == UpdateState::Confirmed;
  })) << to_string(rig_.agent->state())
      << " " << to_string(rig_.agent->error()) << " " << to_string(rig_.agent->refusal()) << " floor "
      << rig_.agent->security_floor();
}

TEST(HostileDecoders, ReadNothingBeyondWhatTheyAreGiven) {
  SCOPED_TRACE(testing::Message() << "FLOTILLA_HOSTILE_SEED=" << seed());
  DeviceRig rig(4096);
  const std::string manifest = wire::encode(rig.manifest_of(rig.old()));
  const std::string valid[] = {rig.sign(Role::Manifest, manifest, fakes::kReleaseKey), manifest,
                               wire::encode(rig.command(CommandKind::Cancel, 1, 2)), wire::encode(rig.board.trust),
                               wire::encode(rig.provisioning)};
  Mutator mutator(seed());
  int decoded = 0;
  for (int i = 0; i < 5 * kMessages; ++i) {
    const Exact bytes(mutator.mutate(valid[mutator.draw(5)], valid[mutator.draw(5)]));
    Envelope envelope;
    Manifest out_manifest;
    Command command;
    TrustStore trust;
    Provisioning provisioning;
    decoded += device_wire::decode(bytes.view(), envelope) ? 1 : 0;
    decoded += device_wire::decode(bytes.view(), out_manifest) ? 1 : 0;
    decoded += device_wire::decode(bytes.view(), command) ? 1 : 0;
    decoded += device_wire::decode(bytes.view(), trust) ? 1 : 0;
    if (!device_wire::decode(bytes.view(), provisioning)) continue;
    // Its views lie inside: reading each of them is allowed.
    std::uint32_t sum = 0;
    for (const auto view :
         {provisioning.device_certificate, provisioning.ca_certificate, provisioning.signed_trust_store}) {
      for (std::size_t at = 0; at < view.size; ++at) sum += view.data[at];
    }
    decoded += sum == 0xFFFFFFFF ? 2 : 1;
  }
  EXPECT_GT(decoded, 100);
  if (testing::UnitTest::GetInstance()->Failed()) return;
  std::printf(
      "FIGURE: hostile messages, seed %u: %d without a good signature refused with a code and without effect; %d "
      "under stolen keys and %d buffers for the decoders: no harm\n",
      seed(), 2 * kMessages, kMessages + kMessages / 8, 5 * kMessages);
}

}  // namespace
}  // namespace flotilla::hostile
