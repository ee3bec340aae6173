// UpdateConfig: a new provisioning is fetched, tried beside the old one, and kept or left.
#include <gtest/gtest.h>

#include "tests/fakes/config_rig.h"

namespace flotilla {
namespace {

using fakes::ConfigRig;

// Sits out ten minutes in some hundred steps.
void be_patient(ConfigRig& rig) { rig.step_ms = 1000; }

TEST(AgentConfig, IsTriedAndKept) {
  ConfigRig rig;
  rig.passwords = {"first", "second"};
  rig.mqtt.retain(rig.order(rig.file_content("second")));
  ASSERT_TRUE(rig.run_to_reported(UpdateState::Confirmed));
  EXPECT_EQ(rig.password(), "second");
  EXPECT_EQ(rig.boots, 2);
  EXPECT_EQ(rig.board.config_version, 2u);
  EXPECT_EQ(rig.last_heartbeat().attempt_id, 100u);
  EXPECT_EQ(rig.last_heartbeat().error, Reason::None);
  EXPECT_EQ(rig.agent->last_sequence(), 1u);

  std::vector<UpdateState> seen;
  for (const auto& one : rig.mqtt.heartbeats) {
    if (seen.empty() || seen.back() != one.update_state) seen.push_back(one.update_state);
  }
  using S = UpdateState;
  EXPECT_EQ(seen, (std::vector<S>{S::Downloading, S::Verified, S::Armed, S::Trial, S::Confirmed}));

  EXPECT_EQ(rig.boot_path.armed, 0) << "no image was copied";
  EXPECT_EQ(rig.flash.unerased_writes, 0);
  rig.power_cycle();
  ASSERT_TRUE(rig.run_until([&] { return rig.boots == 3; }));
  EXPECT_EQ(rig.password(), "second");
  EXPECT_EQ(rig.agent->state(), UpdateState::Confirmed);
}

TEST(AgentConfig, KeepsKeyAndTrustStore) {
  ConfigRig rig;
  rig.mqtt.retain(rig.order(rig.file_content("first", "broker")));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.board.config_version, 2u);
  EXPECT_EQ(rig.in_use.device_key, rig.device_key_);
  EXPECT_EQ(rig.board.trust.version, 1u);
  EXPECT_EQ(rig.board.trust.command_keys.size(), 1u);
}

TEST(AgentConfig, BringsANewKeyWithItsCertificate) {
  ConfigRig rig;
  Provisioning content = rig.file_content("first");
  content.device_key.fill(9);
  content.device_certificate = ByteView(std::string_view("a renewed certificate"));
  rig.mqtt.retain(rig.order(content));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.in_use.device_key, content.device_key);
  EXPECT_EQ(rig.in_use.device_certificate.text(), "a renewed certificate");
}

// Every remainder of a file's size by words, and chunks of every kind.
TEST(AgentConfig, TakesFilesOfAnySize) {
  for (std::size_t i = 0; i < 8; ++i) {
    ConfigRig rig;
    rig.server.chunk = i % 2 == 0 ? 1 + i : 2000;
    Provisioning content = rig.file_content("first");
    content.ntp_host.assign_cut(std::string(1 + i, 'n'));
    rig.mqtt.retain(rig.order(content));
    ASSERT_TRUE(rig.run_to(UpdateState::Confirmed)) << i;
    EXPECT_EQ(rig.in_use.ntp_host.size(), 1 + i);
    EXPECT_EQ(rig.in_use.device_key, rig.device_key_);
    EXPECT_EQ(rig.flash.unerased_writes, 0);
  }
}

TEST(AgentConfig, TheLargestFileIsTaken) {
  ConfigRig rig;
  Provisioning content = rig.file_content("first");
  std::string certificate;
  std::string file;
  while (file.size() < ConfigDownload::kMaxFile) {
    certificate += 'c';
    content.device_certificate = wire::view(certificate);
    file = wire::encode(content);
  }
  ASSERT_EQ(file.size(), ConfigDownload::kMaxFile);
  rig.mqtt.retain(rig.order(file));
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_EQ(rig.agent->state(), UpdateState::Confirmed) << to_string(rig.agent->error());
}

struct Unusable {
  const char* name;
  const char* password;
  const char* broker;
  bool acknowledges;
  bool delivers;
  Reason reason;
};
class AgentConfigTrial : public testing::TestWithParam<Unusable> {};

TEST_P(AgentConfigTrial, GoesBackWithTheReason) {
  ConfigRig rig;
  rig.mqtt.retain(rig.order(rig.file_content(GetParam().password, GetParam().broker)));
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.acknowledges = GetParam().acknowledges;
  rig.mqtt.delivers = GetParam().delivers;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  be_patient(rig);
  rig.run(590);
  ASSERT_EQ(rig.agent->state(), UpdateState::Trial);
  ASSERT_TRUE(rig.run_to(UpdateState::RolledBack));
  EXPECT_EQ(rig.agent->error(), GetParam().reason);
  rig.mqtt.acknowledges = rig.mqtt.delivers = true;
  ASSERT_TRUE(rig.run_to_reported(UpdateState::RolledBack));
  EXPECT_EQ(rig.last_heartbeat().error, GetParam().reason);
  EXPECT_EQ(rig.password(), "first");
  EXPECT_EQ(rig.boots, 3);
  EXPECT_TRUE(rig.other().good) << "a block that failed is kept: it may be right next week";
  EXPECT_EQ(rig.other().version, 2u);

  // And the next one works, with a version above both.
  rig.passwords.insert("third");
  rig.mqtt.retain(rig.order(rig.file_content("third"), 2, 101));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.board.config_version, 3u);
}

const Unusable kUnusable[] = {
    {"WrongPassword", "wrong", "broker", true, true, Reason::NoWifi},
    {"WrongBroker", "first", "elsewhere", true, true, Reason::NoBroker},
    {"NobodyAcknowledges", "first", "broker", false, true, Reason::NoBroker},
    {"OrderStaysAway", "first", "broker", true, false, Reason::NoOrder},
};
INSTANTIATE_TEST_SUITE_P(All, AgentConfigTrial, testing::ValuesIn(kUnusable),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(AgentConfig, ThatCrashesThePlatformIsLeftAfterThreeBoots) {
  ConfigRig rig;
  rig.crashing = {"second"};
  rig.passwords = {"first", "second"};
  rig.mqtt.retain(rig.order(rig.file_content("second")));
  ASSERT_TRUE(rig.run_to_reported(UpdateState::RolledBack));
  EXPECT_EQ(rig.last_heartbeat().error, Reason::Crash);
  EXPECT_EQ(rig.used, (std::vector<std::string>{"first", "second", "second", "second", "first"}));
  // Off trial nobody would count its boots: it must not be one of the two that are tried in turn.
  EXPECT_FALSE(rig.other().good);
  rig.brokers.clear();
  rig.look_again();
  be_patient(rig);
  rig.run(3000);
  EXPECT_EQ(rig.password(), "first");
  EXPECT_NE(rig.agent, nullptr);
}

// Of a provisioning the bootloader knows nothing.
TEST(AgentConfig, ThatCrashesIsLeftAlsoWhereTheBootPathCountsTheBootsOfImages) {
  ConfigRig rig;
  rig.boot_path.counts_boots = true;
  rig.crashing = {"second"};
  rig.passwords = {"first", "second"};
  rig.mqtt.retain(rig.order(rig.file_content("second")));
  ASSERT_TRUE(rig.run_to_reported(UpdateState::RolledBack));
  EXPECT_EQ(rig.used, (std::vector<std::string>{"first", "second", "second", "second", "first"}));
}

// The time of provisioning is a floor of the clock, and nobody but the authority may raise that.
TEST(AgentConfig, LeavesTheClocksFloorWhereItIs) {
  ConfigRig rig;
  Provisioning content = rig.file_content("first");
  content.provisioned_at = 4'000'000'000;  // 2096
  rig.mqtt.retain(rig.order(content));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.board.config_version, 2u);
  EXPECT_EQ(rig.board.provisioned_at, rig.provisioning.provisioned_at);
  EXPECT_LT(rig.agent->clock_floor(), 4'000'000'000u);
}

TEST(AgentConfig, TrialTimeIsSummedOverBoots) {
  ConfigRig rig;
  rig.mqtt.retain(rig.order(rig.file_content("wrong")));
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  be_patient(rig);
  rig.run(400);
  rig.power_cycle();
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  ASSERT_TRUE(rig.run_to(UpdateState::RolledBack, 220));
  EXPECT_EQ(rig.agent->error(), Reason::NoWifi);
}

// The self-test is about images.
TEST(AgentConfig, ASelfTestIsNotAsked) {
  ConfigRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.application.result = SelfTestResult::Failed;
  const_cast<fakes::Firmware&>(rig.old()).self_test = SelfTestResult::Failed;
  rig.mqtt.retain(rig.order(rig.file_content("first")));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
}

// --- what is not taken ---

struct Rejected {
  const char* name;
  std::string (*file)(ConfigRig&);
  void (*prepare)(ConfigRig&);
  Reason reason;
};
class AgentConfigRejected : public testing::TestWithParam<Rejected> {};

TEST_P(AgentConfigRejected, LeavesTheBoardAsItWas) {
  ConfigRig rig;
  rig.mqtt.retain(rig.order(GetParam().file(rig)));
  GetParam().prepare(rig);
  ASSERT_TRUE(rig.run_to_end());
  EXPECT_EQ(rig.agent->state(), UpdateState::Failed);
  EXPECT_EQ(rig.agent->error(), GetParam().reason) << to_string(rig.agent->error());
  EXPECT_EQ(rig.boots, 1);
  // Unless it was refused before the first byte: then the block of before is still there.
  EXPECT_TRUE(!rig.other().good || rig.other().version == 1);
  EXPECT_TRUE(rig.copy(rig.board.config_copy).good);
  rig.power_cycle();
  ASSERT_TRUE(rig.run_until([&] { return rig.boots == 2; }));
  EXPECT_EQ(rig.password(), "first");
  EXPECT_EQ(rig.agent->state(), UpdateState::Failed);
  rig.mqtt.retain(rig.order(rig.file_content("first", "broker"), 2, 101));
  rig.server.refuse_with = 0;
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed)) << "and the next one is taken";
}

void nothing(ConfigRig&) {}

template <typename Change>
std::string changed_file(ConfigRig& rig, Change change) {
  Provisioning content = rig.file_content("second");
  change(content);
  return wire::encode(content);
}

const Rejected kRejected[] = {
    {"OtherId", [](ConfigRig& r) { return changed_file(r, [](auto& c) { c.device_id = DeviceId("node-2"); }); },
     nothing, Reason::ConfigRejected},
    {"OtherProduct", [](ConfigRig& r) { return changed_file(r, [](auto& c) { c.product = Name("lamp"); }); }, nothing,
     Reason::ConfigRejected},
    {"OtherHardware", [](ConfigRig& r) { return changed_file(r, [](auto& c) { c.hardware = Name("esp-01"); }); },
     nothing, Reason::ConfigRejected},
    {"ForeignCa",
     [](ConfigRig& r) {
       return changed_file(r, [](auto& c) { c.ca_certificate = ByteView(std::string_view("a foreign CA")); });
     },
     nothing, Reason::ConfigRejected},
    {"NoCa", [](ConfigRig& r) { return changed_file(r, [](auto& c) { c.ca_certificate = {}; }); }, nothing,
     Reason::ConfigRejected},
    {"NoCertificate", [](ConfigRig& r) { return changed_file(r, [](auto& c) { c.device_certificate = {}; }); }, nothing,
     Reason::ConfigRejected},
    {"TrustStoreInside",
     [](ConfigRig& r) {
       return changed_file(r, [](auto& c) { c.signed_trust_store = ByteView(std::string_view("trust me")); });
     },
     nothing, Reason::ConfigRejected},
    {"AbsurdInterval", [](ConfigRig& r) { return changed_file(r, [](auto& c) { c.heartbeat_seconds = 90'000; }); },
     nothing, Reason::ConfigRejected},
    {"NoMessage", [](ConfigRig&) { return std::string(100, '\xFF'); }, nothing, Reason::ConfigRejected},
    {"CutMessage",
     [](ConfigRig& r) {
       const std::string whole = wire::encode(r.file_content("second"));
       return whole.substr(0, whole.size() - 1);
     },
     nothing, Reason::ConfigRejected},
    {"TooLarge", [](ConfigRig&) { return std::string(ConfigDownload::kMaxFile + 1, 'x'); }, nothing,
     Reason::ConfigRejected},
    {"TooLargeAndNobodySaysSo", [](ConfigRig&) { return std::string(ConfigDownload::kMaxFile + 1, 'x'); },
     [](ConfigRig& r) { r.server.tells_size = false; }, Reason::ConfigRejected},
    {"OtherBytes", [](ConfigRig& r) { return wire::encode(r.file_content("second")); },
     [](ConfigRig& r) { r.server.files["/c100"][10] ^= 1; }, Reason::DigestMismatch},
    {"Truncated", [](ConfigRig& r) { return wire::encode(r.file_content("second")); },
     [](ConfigRig& r) { r.server.files["/c100"].resize(40); }, Reason::DigestMismatch},
};
INSTANTIATE_TEST_SUITE_P(All, AgentConfigRejected, testing::ValuesIn(kRejected),
                         [](const auto& param) { return std::string(param.param.name); });

// --- how it goes on when something comes in between ---

TEST(AgentConfig, ASilentServerIsLeftAtTheDeadlineAndTheOtherCopyStays) {
  for (const int status : {0, 403}) {
    ConfigRig rig;
    rig.server.silent = status == 0;
    rig.server.refuse_with = status;
    rig.mqtt.retain(rig.order(rig.file_content("first")));
    ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
    be_patient(rig);
    rig.run(1800);
    rig.power_cycle();
    ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
    ASSERT_TRUE(rig.run_to(UpdateState::Failed, 1900)) << "time before the cut counts";
    EXPECT_EQ(rig.agent->error(), status == 0 ? Reason::DownloadDeadline : Reason::DownloadRefused);
    EXPECT_TRUE(rig.other().good) << "nothing came, so nothing was touched";
  }
}

TEST(AgentConfig, ACutConnectionStartsAnew) {
  ConfigRig rig;
  rig.server.chunk = 19;
  rig.server.break_after = 50;
  rig.server.breaks_left = 4;
  rig.mqtt.retain(rig.order(rig.file_content("first", "broker")));
  rig.step_ms = 100;
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.server.begins, (std::vector<std::uint32_t>{0, 0, 0, 0, 0}));
  EXPECT_EQ(rig.flash.unerased_writes, 0);
}

TEST(AgentConfig, SignedAnewIsTheOrderThatCameBack) {
  ConfigRig rig;
  const Provisioning content = rig.file_content("first");
  rig.mqtt.retain(rig.order(content, 1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.run(20);
  rig.mqtt.delivers = true;
  rig.mqtt.retain(rig.order(content, 7, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed, 50));
  EXPECT_EQ(rig.agent->last_sequence(), 7u);
  EXPECT_EQ(rig.boots, 2);
}

TEST(AgentConfig, IsReplacedOrCancelledBeforeItIsTriedAndThenWorthNothing) {
  for (const bool cancel : {false, true}) {
    ConfigRig rig;
    rig.passwords.insert("third");
    ASSERT_TRUE(rig.run_to_seeded());
    rig.mqtt.retain(rig.order(rig.file_content("second"), 1, 100));
    ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
    rig.application.reason = "pump running";
    ASSERT_TRUE(rig.run_to(UpdateState::Verified));
    rig.run(50);
    ASSERT_EQ(rig.agent->state(), UpdateState::Verified);
    ASSERT_TRUE(rig.other().good);
    rig.mqtt.retain(cancel ? rig.sign(rig.command(CommandKind::Cancel, 2, 100))
                           : rig.order(rig.file_content("third"), 2, 101));
    ASSERT_TRUE(rig.run_to(cancel ? UpdateState::Failed : UpdateState::Accepted));
    EXPECT_FALSE(rig.other().good);
    rig.application.reason.clear();
    if (cancel) continue;
    ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
    EXPECT_EQ(rig.password(), "third");
  }
}

TEST(AgentConfig, OrdersDuringItsTrialAreBusy) {
  ConfigRig rig;
  rig.mqtt.retain(rig.order(rig.file_content("first"), 1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.mqtt.delivers = true;
  rig.mqtt.retain(rig.install(2, 101));
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() != Reason::None; }));
  EXPECT_EQ(rig.agent->refusal(), Reason::Busy);
}

TEST(AgentConfig, ABlockThatRotsOnTrialIsLeft) {
  ConfigRig rig;
  rig.mqtt.retain(rig.order(rig.file_content("wrong")));
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  *rig.flash.at(flash_map::kProvisioning[1] + 100) ^= 4;
  rig.power_cycle();
  ASSERT_TRUE(rig.run_to_reported(UpdateState::RolledBack));
  EXPECT_EQ(rig.last_heartbeat().error, Reason::FlashError);
  EXPECT_EQ(rig.password(), "first");
}

TEST(AgentConfig, WithoutTheOldBlockTheNewOneStaysAndTakesOrders) {
  ConfigRig rig;
  rig.mqtt.retain(rig.order(rig.file_content("wrong")));
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  *rig.flash.at(flash_map::kProvisioning[0] + 100) ^= 4;
  be_patient(rig);
  rig.run(3000);
  EXPECT_EQ(rig.agent->state(), UpdateState::RolledBack);
  EXPECT_EQ(rig.password(), "wrong");
  EXPECT_LE(rig.boots, 3) << "it does not restart for ever";
  rig.passwords.insert("wrong");
  rig.look_again();
  rig.step_ms = 10;
  rig.mqtt.retain(rig.order(rig.file_content("first"), 2, 101));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
}

// Images are none of its business: what was confirmed, what to go back to and the security floor stay.
TEST(AgentConfig, LeavesTheImagesRecordsAlone) {
  ConfigRig rig;
  auto manifest = rig.manifest_of(rig.newer(), 7);
  manifest.security_floor = 3;
  rig.mqtt.retain(rig.install(manifest, 1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  rig.mqtt.retain(rig.order(rig.file_content("first"), 2, 101));
  const auto confirmed = [&](std::uint64_t id) {
    return rig.run_until([&] { return rig.agent->attempt_id() == id && rig.agent->state() == UpdateState::Confirmed; });
  };
  ASSERT_TRUE(confirmed(101));
  ASSERT_TRUE(rig.run_until([&] { return rig.last_heartbeat().attempt_id == 101; }));
  EXPECT_EQ(rig.last_heartbeat().running_sha256, rig.newer().sha256);
  EXPECT_EQ(rig.last_heartbeat().running_counter, 7u);
  EXPECT_EQ(rig.last_heartbeat().security_floor, 3u);
  EXPECT_TRUE(rig.agent->seeded());
  EXPECT_EQ(rig.boot_path.armed, 1);
  manifest = rig.manifest_of(rig.old(), 2);
  rig.mqtt.retain(rig.install(manifest, 3, 102));
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() == Reason::BelowSecurityFloor; }));
  manifest = rig.manifest_of(rig.old(), 8);
  rig.mqtt.retain(rig.install(manifest, 4, 103));
  ASSERT_TRUE(confirmed(103));
  rig.mqtt.retain(rig.sign(rig.command(CommandKind::Revert, 5, 104)));
  ASSERT_TRUE(confirmed(104));
  EXPECT_EQ(rig.running(), &rig.newer());
}

// --- both provisionings in turn ---

// Confirmed on "second", with "first" in the other copy.
void confirm_second(ConfigRig& rig) {
  rig.passwords = {"first", "second"};
  rig.mqtt.retain(rig.order(rig.file_content("second")));
  ASSERT_TRUE(rig.run_to_reported(UpdateState::Confirmed));
  rig.used.clear();
}

TEST(AgentConfig, WithoutTheBrokerBothAreTriedInTurnForEver) {
  ConfigRig rig;
  confirm_second(rig);
  be_patient(rig);
  rig.brokers.clear();
  rig.look_again();
  rig.run(590);
  EXPECT_TRUE(rig.used.empty());
  rig.run(6100);
  ASSERT_GE(rig.used.size(), 10u);
  ASSERT_LE(rig.used.size(), 11u);
  for (std::size_t i = 0; i < rig.used.size(); ++i) EXPECT_EQ(rig.used[i], i % 2 == 0 ? "first" : "second");
  // The one that works is kept.
  rig.brokers = {"broker"};
  rig.passwords = {"second"};
  ASSERT_TRUE(rig.run_until([&] { return rig.mqtt.link() == hal::Link::Up; }, 2000));
  rig.run(3000);
  EXPECT_EQ(rig.password(), "second");
  EXPECT_EQ(rig.mqtt.link(), hal::Link::Up);
  EXPECT_EQ(rig.agent->state(), UpdateState::Confirmed);
}

TEST(AgentConfig, AnApplicationThatSaysNotNowKeepsItsProvisioning) {
  ConfigRig rig;
  confirm_second(rig);
  rig.brokers.clear();
  rig.look_again();
  rig.application.reason = "pump running";
  be_patient(rig);
  rig.run(3000);
  EXPECT_TRUE(rig.used.empty());
  rig.application.reason.clear();
  rig.run(10);
  EXPECT_EQ(rig.used.size(), 1u);
}

TEST(AgentConfig, ABrokerThatComesAndGoesIsNotGone) {
  ConfigRig rig;
  confirm_second(rig);
  be_patient(rig);
  for (int i = 0; i < 5; ++i) {
    rig.mqtt.set_link(hal::Link::Unreachable);
    rig.run(500);
    rig.mqtt.set_link(hal::Link::Up);
    rig.run(10);
  }
  EXPECT_TRUE(rig.used.empty());
}

TEST(AgentConfig, TwoEqualCopiesAreOne) {
  ConfigRig rig;
  be_patient(rig);
  rig.brokers.clear();
  rig.run(3000);
  EXPECT_EQ(rig.boots, 1);
}

TEST(AgentConfig, AnImageOnTrialIsNotDisturbed) {
  ConfigRig rig;
  confirm_second(rig);
  const auto manifest = rig.manifest_of(rig.newer());
  rig.mqtt.retain(rig.install(manifest, 2, 101));
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.brokers.clear();
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.used.clear();
  be_patient(rig);
  rig.run(3000);
  EXPECT_EQ(rig.agent->state(), UpdateState::Trial);
  EXPECT_TRUE(rig.used.empty());
}

// A sleeper is never awake for ten minutes.
TEST(AgentConfig, WakesInVainAreSummed) {
  ConfigRig rig;
  rig.config.sleep_seconds = 200;
  confirm_second(rig);
  rig.brokers.clear();
  rig.look_again();
  be_patient(rig);
  const auto wake = [&] {
    rig.run(40);
    rig.agent->prepare_sleep();
    rig.agent.reset();
    rig.boot_path.restart_wanted = false;
  };
  rig.power_cycle();
  for (int i = 0; i < 12; ++i) wake();
  ASSERT_EQ(rig.used.size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(rig.used[i], i / 3 % 2 == 0 ? "second" : "first") << i;
  rig.brokers = {"broker"};
  rig.used.clear();
  for (int i = 0; i < 12; ++i) wake();
  for (const auto& one : rig.used) EXPECT_EQ(one, "second");
}

// --- power cuts ---

struct CutCase {
  const char* name;
  const char* password;
  UpdateState end;
};
class AgentConfigCut : public testing::TestWithParam<CutCase> {};

TEST_P(AgentConfigCut, AtEveryOperationTheBoardKeepsAProvisioning) {
  std::size_t cuts = 0;
  for (std::size_t n = 1; !HasFailure(); ++n) {
    bool reached = false;
    for (const auto damage : {fakes::Damage::None, fakes::Damage::FirstHalf, fakes::Damage::Speckled,
                              fakes::Damage::Zeros, fakes::Damage::Done}) {
      SCOPED_TRACE(testing::Message() << "cut at operation " << n << ", " << static_cast<int>(damage));
      ConfigRig rig;
      rig.step_ms = 1000;
      ASSERT_TRUE(rig.run_to_seeded());
      rig.mqtt.retain(rig.order(rig.file_content(GetParam().password)));
      rig.flash.cut_at(n, damage);
      reached = !rig.run_to_reported(GetParam().end);
      if (!reached) break;
      ++cuts;
      const auto used_before = rig.used.size();
      rig.power_cycle();
      ASSERT_TRUE(rig.run_to_reported(GetParam().end)) << to_ram<96>(text_of(rig.check)).view();
      ASSERT_GT(rig.used.size(), used_before);
      EXPECT_EQ(rig.password(), "first");
      EXPECT_TRUE(rig.copy(rig.board.config_copy).good);
      EXPECT_EQ(rig.flash.unerased_writes, 0);
      // Fetched once more where the cut came behind the header: then it has a version above that.
      const bool is_new = rig.board.config_version == 2 || rig.board.config_version == 3;
      EXPECT_EQ(is_new, GetParam().end == UpdateState::Confirmed) << rig.board.config_version;
    }
    if (!reached) break;
  }
  EXPECT_GT(cuts, 100u);
  std::printf("%s: %zu cut points\n", GetParam().name, cuts);
}

const CutCase kCutCases[] = {{"Confirmed", "first", UpdateState::Confirmed},
                             {"RolledBack", "wrong", UpdateState::RolledBack}};
INSTANTIATE_TEST_SUITE_P(All, AgentConfigCut, testing::ValuesIn(kCutCases),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace flotilla
