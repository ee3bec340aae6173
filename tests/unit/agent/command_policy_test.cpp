#include "firmware-esp/src/core/command_policy.h"

#include <gtest/gtest.h>

#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

// One order for a device on 1.0.0 that has accepted sequence 5 and confirmed the security floor 3.
struct Order {
  Manifest manifest;
  Command command;
  std::uint8_t release_key = fakes::kReleaseKey;
  std::uint8_t command_key = fakes::kCommandKey;
  bool break_command_signature = false;
  bool break_manifest_signature = false;
  bool garbage_manifest = false;
};

struct World {
  fakes::DeviceFlash flash;
  Ledger ledger{flash};
  std::uint64_t now = 1'800'000'000;
  bool going_back = false;
};

void break_last_byte(std::string& bytes) { bytes.back() = static_cast<char>(bytes.back() ^ 1); }

AttemptRecord attempt(std::uint64_t id, const Digest& image) {
  AttemptRecord record;
  record.command = {1, 5, {}};
  record.command.digest.bytes.fill(5);
  record.attempt_id = id;
  record.image_sha256 = image;
  return record;
}

void advance_to(Ledger& ledger, UpdateState state) {
  using E = UpdateEvent;
  for (const auto event : {E::StartDownload, E::ImageVerified, E::Arm, E::BootNew, E::Confirm}) {
    if (ledger.state() == state) return;
    ASSERT_TRUE(ledger.move(event));
  }
}

struct Case {
  const char* name;
  void (*change)(Order&, World&);
  CommandOutcome outcome;
  Reason reason = Reason::None;
};

class CommandPolicy : public testing::TestWithParam<Case> {
 protected:
  std::string sign(const Order& order) {
    std::string manifest = rig_.sign(order.manifest, order.release_key);
    if (order.break_manifest_signature) break_last_byte(manifest);
    if (order.garbage_manifest) manifest = "garbage";
    Command command = order.command;
    if (command.kind == CommandKind::Install || command.kind == CommandKind::InstallBootloader) {
      command.install.signed_manifest = wire::view(manifest);
    }
    std::string bytes = rig_.sign(command, order.command_key);
    if (order.break_command_signature) break_last_byte(bytes);
    return bytes;
  }
  CommandDecision ask(World& world, const std::string& bytes) {
    CommandCase subject;
    subject.message = wire::view(bytes);
    const DeviceFacts facts{rig_.board, world.ledger, "1.0.0", world.now, world.going_back};
    return decide(subject, facts, rig_.crypto);
  }
  Order good_order() {
    Order order;
    order.manifest = rig_.manifest_of(rig_.newer(), 4);
    order.command = rig_.install_command({}, "1.1.0", 6, 100);
    order.command.expires_at = 1'800'000'000;
    return order;
  }
  void prepare(World& world) {
    ASSERT_TRUE(world.ledger.open());
    ASSERT_TRUE(world.ledger.confirm_running(0, 4096, {}, VersionText("0.9.0")));
    AttemptRecord before = attempt(50, {});
    before.security_floor = 3;
    before.image_size = 4096;
    before.release_counter = 3;
    ASSERT_TRUE(world.ledger.accept(before));
    advance_to(world.ledger, UpdateState::Trial);
    ASSERT_TRUE(world.ledger.confirm_attempt());
    ASSERT_TRUE(world.ledger.move(UpdateEvent::Confirm));
  }

  DeviceRig rig_{4096};
};

TEST_P(CommandPolicy, DecidesAsTheTableSays) {
  World world;
  prepare(world);
  Order order = good_order();
  GetParam().change(order, world);
  const auto decision = ask(world, sign(order));
  EXPECT_EQ(decision.outcome, GetParam().outcome);
  EXPECT_EQ(decision.reason, GetParam().reason) << to_string(decision.reason);
}

using O = Order;
using W = World;
using C = CommandOutcome;

void order_config(Order& order) {
  order.command.kind = CommandKind::UpdateConfig;
  order.command.file.path.assign_cut("/c");
  order.command.file.sha256.bytes.fill(42);
}

void take(World& world, std::uint64_t id, const Digest& image, UpdateState state,
          AttemptKind kind = AttemptKind::Install) {
  AttemptRecord record = attempt(id, image);
  record.kind = kind;
  record.command.digest.bytes.fill(77);
  ASSERT_TRUE(world.ledger.accept(record));
  advance_to(world.ledger, state);
}

const Case kCases[] = {
    {"Good", [](O&, W&) {}, C::Accept},
    {"WrongDevice", [](O& o, W&) { o.command.device_id = DeviceId("node-2"); }, C::Refuse, Reason::WrongDevice},
    {"WrongTrustVersion", [](O& o, W&) { o.command.trust_version = 2; }, C::Refuse, Reason::WrongTrustVersion},
    {"UnknownKey", [](O& o, W&) { o.command_key = 31; }, C::Refuse, Reason::UnknownKey},
    {"ReleaseKeyIsNoCommandKey", [](O& o, W&) { o.command_key = fakes::kReleaseKey; }, C::Refuse, Reason::UnknownKey},
    {"BadSignature", [](O& o, W&) { o.break_command_signature = true; }, C::Refuse, Reason::BadSignature},
    {"SignatureBeforeSequence",
     [](O& o, W&) {
       o.break_command_signature = true;
       o.command.sequence = 1;
     },
     C::Refuse, Reason::BadSignature},
    {"StaleSequence", [](O& o, W&) { o.command.sequence = 4; }, C::Refuse, Reason::StaleSequence},
    {"EqualSequenceOtherContent", [](O& o, W&) { o.command.sequence = 5; }, C::Refuse, Reason::StaleSequence},
    {"StaleBeforeExpired",
     [](O& o, W&) {
       o.command.sequence = 4;
       o.command.expires_at = 1;
     },
     C::Refuse, Reason::StaleSequence},
    {"ExpiresThisSecond", [](O&, W& w) { w.now = 1'800'000'000; }, C::Accept},
    {"Expired", [](O&, W& w) { w.now = 1'800'000'001; }, C::Refuse, Reason::Expired},
    {"TimeUnknown", [](O&, W& w) { w.now = 0; }, C::Refuse, Reason::NoTime},
    {"Config", [](O& o, W&) { order_config(o); }, C::Accept},
    {"ConfigNeedsNoReleaseKey",
     [](O& o, W&) {
       order_config(o);
       o.garbage_manifest = true;
     },
     C::Accept},
    {"ConfigSignedByAForeignKey",
     [](O& o, W&) {
       order_config(o);
       o.command_key = 31;
     },
     C::Refuse, Reason::UnknownKey},
    {"ConfigStale",
     [](O& o, W&) {
       order_config(o);
       o.command.sequence = 4;
     },
     C::Refuse, Reason::StaleSequence},
    {"ConfigExpired",
     [](O& o, W& w) {
       order_config(o);
       w.now = 1'800'000'001;
     },
     C::Refuse, Reason::Expired},
    {"ConfigWithoutAPath",
     [](O& o, W&) {
       order_config(o);
       o.command.file.path.clear();
     },
     C::Refuse, Reason::Malformed},
    {"ConfigWithNothingToRevert",
     [](O& o, W& w) {
       order_config(o);
       ASSERT_TRUE(w.ledger.forget_previous());
     },
     C::Accept},
    {"ConfigReplacesADownload",
     [](O& o, W& w) {
       order_config(o);
       take(w, 90, {}, UpdateState::Downloading);
     },
     C::Accept},
    {"ConfigIsBusyOnTrial",
     [](O& o, W& w) {
       order_config(o);
       take(w, 90, {}, UpdateState::Trial);
     },
     C::Refuse, Reason::Busy},
    {"ConfigIsBusyGoingBack",
     [](O& o, W& w) {
       order_config(o);
       w.going_back = true;
     },
     C::Refuse, Reason::Busy},
    {"ConfigRenewedOnTrial",
     [](O& o, W& w) {
       order_config(o);
       take(w, 100, o.command.file.sha256, UpdateState::Trial, AttemptKind::Config);
     },
     C::Renew},
    {"SameAttemptOtherConfigOnTrial",
     [](O& o, W& w) {
       order_config(o);
       take(w, 100, {}, UpdateState::Trial, AttemptKind::Config);
     },
     C::Refuse, Reason::Busy},
    {"SameAttemptAnImageOnTrial",
     [](O& o, W& w) {
       order_config(o);
       take(w, 100, o.command.file.sha256, UpdateState::Trial);
     },
     C::Refuse, Reason::Busy},
    {"InstallIsBusyOnTheTrialOfAConfig",
     [](O& o, W& w) { take(w, 100, o.manifest.image_sha256, UpdateState::Trial, AttemptKind::Config); }, C::Refuse,
     Reason::Busy},
    {"CancelsAConfig",
     [](O& o, W& w) {
       o.command.kind = CommandKind::Cancel;
       take(w, 100, {}, UpdateState::Verified, AttemptKind::Config);
     },
     C::Accept},
    {"CancelsAConfigOnTrial",
     [](O& o, W& w) {
       o.command.kind = CommandKind::Cancel;
       take(w, 100, {}, UpdateState::Trial, AttemptKind::Config);
     },
     C::Refuse, Reason::WrongAttempt},
    {"TrustIsLaterWork",
     [](O& o, W&) {
       o.command.kind = CommandKind::UpdateTrust;
       o.command.file.path.assign_cut("/t");
     },
     C::Refuse, Reason::Unsupported},
    {"BootloaderIsLaterWork", [](O& o, W&) { o.command.kind = CommandKind::InstallBootloader; }, C::Refuse,
     Reason::Unsupported},
    {"ManifestGarbage", [](O& o, W&) { o.garbage_manifest = true; }, C::Refuse, Reason::Malformed},
    {"ManifestUnknownKey", [](O& o, W&) { o.release_key = 21; }, C::Refuse, Reason::ManifestUnknownKey},
    {"CommandKeyIsNoReleaseKey", [](O& o, W&) { o.release_key = fakes::kCommandKey; }, C::Refuse,
     Reason::ManifestUnknownKey},
    {"ManifestSignature", [](O& o, W&) { o.break_manifest_signature = true; }, C::Refuse, Reason::ManifestSignature},
    {"ManifestOfABootloader", [](O& o, W&) { o.manifest.kind = ManifestKind::Bootloader; }, C::Refuse,
     Reason::Unsupported},
    {"WrongProduct", [](O& o, W&) { o.manifest.product = Name("lamp"); }, C::Refuse, Reason::WrongProduct},
    {"WrongHardware",
     [](O& o, W&) {
       o.manifest.hardware.clear();
       (void)o.manifest.hardware.push_back(Name("x"));
     },
     C::Refuse, Reason::WrongHardware},
    {"TooLarge", [](O& o, W&) { o.manifest.image_size = flash_map::kImageMax + 16; }, C::Refuse, Reason::ImageTooLarge},
    {"JustFits", [](O& o, W&) { o.manifest.image_size = flash_map::kImageMax; }, C::Accept},
    {"BelowMinimum", [](O& o, W&) { o.manifest.minimum_version.assign_cut("1.0.1"); }, C::Refuse,
     Reason::BelowMinimumVersion},
    {"AtMinimum", [](O& o, W&) { o.manifest.minimum_version.assign_cut("1.0.0"); }, C::Accept},
    {"BelowFloor", [](O& o, W&) { o.manifest.release_counter = 2; }, C::Refuse, Reason::BelowSecurityFloor},
    {"AtFloor", [](O& o, W&) { o.manifest.release_counter = 3; }, C::Accept},
    {"NoTrialBoots", [](O& o, W&) { o.command.install.trial_boots = 0; }, C::Refuse, Reason::Malformed},
    {"NineTrialBoots", [](O& o, W&) { o.command.install.trial_boots = 9; }, C::Refuse, Reason::Malformed},
    {"NoTrialSeconds", [](O& o, W&) { o.command.install.trial_seconds = 0; }, C::Refuse, Reason::Malformed},
    {"NoDownloadSeconds", [](O& o, W&) { o.command.install.download_seconds = 0; }, C::Refuse, Reason::Malformed},
    {"NoPath", [](O& o, W&) { o.command.install.path.clear(); }, C::Refuse, Reason::Malformed},
    {"NoImage", [](O& o, W&) { o.manifest.image_size = 0; }, C::Refuse, Reason::Malformed},
    {"MinimumIsNoVersion", [](O& o, W&) { o.manifest.minimum_version.assign_cut("latest"); }, C::Refuse,
     Reason::Malformed},
    {"ReplacesADownload", [](O&, W& w) { take(w, 90, {}, UpdateState::Downloading); }, C::Accept},
    {"BusyWhenArmed", [](O&, W& w) { take(w, 90, {}, UpdateState::Armed); }, C::Refuse, Reason::Busy},
    {"BusyOnTrial", [](O&, W& w) { take(w, 90, {}, UpdateState::Trial); }, C::Refuse, Reason::Busy},
    {"BusyGoingBack", [](O&, W& w) { w.going_back = true; }, C::Refuse, Reason::Busy},
    {"RenewedOnTrial", [](O& o, W& w) { take(w, 100, o.manifest.image_sha256, UpdateState::Trial); }, C::Renew},
    {"SameAttemptOtherImageOnTrial", [](O&, W& w) { take(w, 100, {}, UpdateState::Trial); }, C::Refuse, Reason::Busy},
    {"CancelsADownload",
     [](O& o, W& w) {
       o.command.kind = CommandKind::Cancel;
       take(w, 100, {}, UpdateState::Downloading);
     },
     C::Accept},
    {"CancelsAnother",
     [](O& o, W& w) {
       o.command.kind = CommandKind::Cancel;
       take(w, 90, {}, UpdateState::Downloading);
     },
     C::Refuse, Reason::WrongAttempt},
    {"CancelsOnTrial",
     [](O& o, W& w) {
       o.command.kind = CommandKind::Cancel;
       take(w, 100, {}, UpdateState::Trial);
     },
     C::Refuse, Reason::WrongAttempt},
    {"RevertsBelowTheFloor", [](O& o, W&) { o.command.kind = CommandKind::Revert; }, C::Refuse,
     Reason::BelowSecurityFloor},
    {"NothingToRevert",
     [](O& o, W& w) {
       o.command.kind = CommandKind::Revert;
       ASSERT_TRUE(w.ledger.forget_previous());
     },
     C::Refuse, Reason::NothingToRevert},
};

INSTANTIATE_TEST_SUITE_P(All, CommandPolicy, testing::ValuesIn(kCases),
                         [](const auto& param) { return std::string(param.param.name); });

using CommandPolicyTest = CommandPolicy;

TEST_F(CommandPolicyTest, BytesThatDoNotDecodeAreMalformed) {
  World world;
  prepare(world);
  EXPECT_EQ(ask(world, "nonsense").reason, Reason::Malformed);
  EXPECT_EQ(ask(world, rig_.sign(Role::Command, "nonsense", fakes::kCommandKey)).reason, Reason::Malformed);
}

TEST_F(CommandPolicyTest, AMessageForAnotherDeviceCostsNoSignatureCheck) {
  World world;
  prepare(world);
  Order order = good_order();
  order.command.device_id = DeviceId("node-2");
  const std::string bytes = sign(order);
  const int before = rig_.crypto.verifications;
  EXPECT_EQ(ask(world, bytes).reason, Reason::WrongDevice);
  EXPECT_EQ(rig_.crypto.verifications, before);
}

TEST_F(CommandPolicyTest, TheLastCommandOnceMoreIsARedeliveryAlsoWhenItExpired) {
  World world;
  prepare(world);
  const std::string bytes = sign(good_order());
  CommandCase subject;
  subject.message = wire::view(bytes);
  const DeviceFacts facts{rig_.board, world.ledger, "1.0.0", world.now, false};
  ASSERT_EQ(decide(subject, facts, rig_.crypto).outcome, CommandOutcome::Accept);
  ASSERT_TRUE(world.ledger.note_command({1, subject.command.sequence, subject.digest}));
  world.now = 1'900'000'000;
  EXPECT_EQ(ask(world, bytes).outcome, CommandOutcome::Redelivery);
}

}  // namespace
}  // namespace flotilla
