// Orders that are refused for what may pass by itself: unfit, low memory, no time. They are asked for again.
#include <gtest/gtest.h>

#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

Vitals vitals;  // of the board at hand

void run_until_refused(DeviceRig& rig, Reason reason) {
  ASSERT_TRUE(
      rig.run_until([&] { return !rig.mqtt.heartbeats.empty() && rig.last_heartbeat().refusal == reason; }, 5000))
      << to_string(rig.agent->refusal());
  EXPECT_EQ(rig.agent->state(), UpdateState::Idle);
  EXPECT_EQ(rig.agent->last_sequence(), 0u) << "a refused order spends no sequence";
}

TEST(Unfit, RefusesSaysWhyAndTakesTheOrderWhenItIsOver) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.application.unfit_reason = "battery at 9 %";
  rig.mqtt.retain(rig.install());
  run_until_refused(rig, Reason::Unfit);
  ASSERT_TRUE(rig.run_until([&] { return !rig.last_heartbeat().deferred.empty(); }, 10));
  EXPECT_EQ(rig.last_heartbeat().deferred.view(), "battery at 9 %");
  rig.run(10000);
  EXPECT_EQ(rig.mqtt.disconnects, 0) << "nothing to gain from it yet";
  rig.application.unfit_reason.clear();
  ASSERT_TRUE(rig.run_until([&] { return rig.last_heartbeat().update_state == UpdateState::Downloading; }));
  EXPECT_EQ(rig.last_heartbeat().refusal, Reason::None) << "the order of that sequence was taken";
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  ASSERT_TRUE(rig.run_until([&] { return rig.last_heartbeat().update_state == UpdateState::Confirmed; }));
  EXPECT_TRUE(rig.last_heartbeat().deferred.empty());
}

TEST(Unfit, ItsTextIsKeptUpToDateWithoutAHeartbeatForEachReading) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.application.unfit_reason = "battery at 9 %";
  rig.mqtt.retain(rig.install());
  run_until_refused(rig, Reason::Unfit);
  rig.run(10);
  const auto before = rig.mqtt.heartbeats.size();
  for (int i = 0; i < 100; ++i) {
    rig.application.unfit_reason = "battery at " + std::to_string(i) + " mV";
    rig.run(1);
  }
  EXPECT_LE(rig.mqtt.heartbeats.size(), before + 1);
  rig.step_ms = 100;
  rig.run(400);
  EXPECT_EQ(rig.last_heartbeat().deferred.view(), "battery at 99 mV");
}

// A bad contact that comes and goes must not become a storm of connections.
TEST(Unfit, AsksAgainAtMostOnceAMinute) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.application.unfit_reason = "battery";
  rig.mqtt.retain(rig.install());
  run_until_refused(rig, Reason::Unfit);
  rig.step_ms = 100;
  for (int i = 0; i < 3000; ++i) {  // five minutes
    // Empty for one step in each second, and never when the order comes.
    rig.application.unfit_reason = i % 10 == 0 ? "" : "battery";
    rig.run(1);
    if (rig.agent->state() != UpdateState::Idle) rig.application.unfit_reason = "battery";
  }
  EXPECT_GE(rig.mqtt.disconnects, 4);
  EXPECT_LE(rig.mqtt.disconnects, 6);
}

TEST(Unfit, AnOrderThatIsTakenAwayLeavesNothingToWaitFor) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.application.unfit_reason = "battery";
  rig.mqtt.retain(rig.install());
  run_until_refused(rig, Reason::Unfit);
  rig.mqtt.retain("");
  rig.run(100);
  EXPECT_TRUE(rig.last_heartbeat().deferred.empty());
  rig.application.unfit_reason.clear();
  rig.run(1000);
  EXPECT_EQ(rig.mqtt.disconnects, 0);
}

TEST(Unfit, DoesNotHinderACancel) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.application.unfit_reason = "battery";
  rig.mqtt.retain(rig.sign(rig.command(CommandKind::Cancel, 2, 100)));
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::Cancelled);
}

// The battery runs low while the image comes: what was fetched stays, the restart waits.
TEST(Unfit, DuringTheDownloadItPutsTheRestartOff) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.application.unfit_reason = "battery at 3 %";
  ASSERT_TRUE(rig.run_to(UpdateState::Verified));
  rig.run(1000);
  EXPECT_EQ(rig.agent->state(), UpdateState::Verified);
  EXPECT_EQ(rig.boot_path.armed, 0);
  EXPECT_EQ(rig.last_heartbeat().deferred.view(), "battery at 3 %");
  EXPECT_EQ(rig.agent->refusal(), Reason::None);
  rig.application.unfit_reason.clear();
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.server.begins.size(), 1u);
}

TEST(Unfit, DoesNotDisturbATrial) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.application.unfit_reason = "battery";
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.running(), &rig.newer());
}

// One order waits for the pump, a newer one was refused for the battery: one text at a time, and no storm of heartbeats.
TEST(Unfit, BesideAnUpdateThatIsPutOff) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.application.reason = "pump running";
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Accepted));
  rig.application.unfit_reason = "battery";
  rig.mqtt.retain(rig.install(2, 101));
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() == Reason::Unfit; }));
  const auto before = rig.mqtt.heartbeats.size();
  rig.run(1000);
  EXPECT_LE(rig.mqtt.heartbeats.size(), before + 2);
  EXPECT_EQ(rig.last_heartbeat().deferred.view(), "pump running");
  rig.application.reason.clear();
  rig.run(100);
  EXPECT_EQ(rig.agent->state(), UpdateState::Accepted);
  rig.application.unfit_reason.clear();
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->attempt_id() == 101; })) << "the newer one, asked for again";
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
}

TEST(LowMemory, RefusesBelowEitherLimitAndTakesTheOrderWhenItIsOver) {
  const Vitals low[] = {{.free_heap = 19'999, .largest_block = 9'000}, {.free_heap = 30'000, .largest_block = 7'999}};
  for (const auto& one : low) {
    DeviceRig rig;
    vitals = one;
    rig.config.vitals = [] { return vitals; };
    rig.config.minimum_free_heap = 20'000;
    rig.config.minimum_block = 8'000;
    rig.mqtt.retain(rig.install());
    run_until_refused(rig, Reason::LowMemory);
    rig.run(5000);
    EXPECT_EQ(rig.mqtt.disconnects, 0);
    EXPECT_TRUE(rig.last_heartbeat().deferred.empty()) << "the refusal says it";
    vitals = {.free_heap = 20'000, .largest_block = 8'000};
    EXPECT_TRUE(rig.run_to(UpdateState::Confirmed));
  }
}

TEST(LowMemory, WithoutVitalsOrLimitsNothingIsChecked) {
  for (const bool with_vitals : {true, false}) {
    DeviceRig rig;
    vitals = {};
    if (with_vitals) rig.config.vitals = [] { return vitals; };
    if (!with_vitals) rig.config.minimum_free_heap = rig.config.minimum_block = 100'000;
    rig.mqtt.retain(rig.install());
    EXPECT_TRUE(rig.run_to(UpdateState::Confirmed)) << with_vitals;
  }
}

TEST(NoTime, TheOrderIsAskedForOnceWhenTheTimeIsKnown) {
  DeviceRig rig;
  rig.clock.time_known = false;
  rig.mqtt.retain(rig.install());
  run_until_refused(rig, Reason::NoTime);
  rig.run(5000);
  EXPECT_EQ(rig.mqtt.disconnects, 0);
  rig.clock.time_known = true;
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->state() != UpdateState::Idle; }, 5));
  EXPECT_EQ(rig.mqtt.disconnects, 1);
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.mqtt.disconnects, 1);
}

// An order that has expired meanwhile is not asked for a second time.
TEST(NoTime, AnOrderThatProvesExpiredIsRefusedForGood) {
  DeviceRig rig;
  rig.clock.time_known = false;
  Command late = rig.command(CommandKind::Cancel, 1, 100);
  late.expires_at = 1'750'000'000;
  rig.mqtt.retain(rig.sign(late));
  run_until_refused(rig, Reason::NoTime);
  rig.clock.time_known = true;
  run_until_refused(rig, Reason::Expired);
  rig.step_ms = 1000;
  rig.run(300);
  EXPECT_EQ(rig.mqtt.disconnects, 1);
}

TEST(ClockFloor, IsTheNewestOfBuildProvisioningAndConfirmedRelease) {
  DeviceRig rig;
  auto manifest = rig.manifest_of(rig.newer());
  manifest.created_at = 1'790'000'000;
  rig.mqtt.retain(rig.install(manifest, 1, 100));
  rig.config.build_seconds = 1'700'000'001;
  ASSERT_TRUE(rig.run_to_seeded());
  EXPECT_EQ(rig.agent->clock_floor(), 1'700'000'001u);
  rig.board.provisioned_at = 1'700'000'002;
  EXPECT_EQ(rig.agent->clock_floor(), 1'700'000'002u);
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.agent->clock_floor(), 1'790'000'000u);
}

}  // namespace
}  // namespace flotilla
