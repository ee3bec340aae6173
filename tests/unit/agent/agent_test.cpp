#include "firmware-esp/src/core/agent.h"

#include <gtest/gtest.h>

#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

TEST(Agent, ItsSizeFitsTheChip) {
  std::printf("sizeof(Agent) = %zu, Heartbeat %zu, CommandCase %zu\n", sizeof(Agent), sizeof(Heartbeat),
              sizeof(CommandCase));
  EXPECT_LE(sizeof(Agent), 3072u);
}

TEST(Agent, ReportsTheTrueHashOfABoardFlashedByCable) {
  DeviceRig rig;
  rig.boot_path.counts_boots = true;
  ASSERT_TRUE(rig.run_until([&] { return !rig.mqtt.heartbeats.empty(); }));
  const Heartbeat& heartbeat = rig.last_heartbeat();
  EXPECT_EQ(heartbeat.running_sha256, rig.old().sha256);
  EXPECT_EQ(heartbeat.running_version.view(), "1.0.0");
  EXPECT_EQ(heartbeat.running_counter, 0u);
  EXPECT_EQ(heartbeat.update_state, UpdateState::Idle);
  EXPECT_EQ(heartbeat.boot_count, 1u);
  EXPECT_EQ(heartbeat.chip_id, 0xC0FFEEu);
  EXPECT_EQ(heartbeat.hardware.view(), "d1-mini");
  EXPECT_EQ(heartbeat.product.view(), "sensor");
  EXPECT_EQ(heartbeat.trust_version, 1u);
  EXPECT_TRUE(heartbeat.local_rollback);
  EXPECT_TRUE(heartbeat.power_safe_boot);
  EXPECT_EQ(heartbeat.slot_size, flash_map::kSlotSize);
  EXPECT_EQ(heartbeat.flash_size, flash_map::kFlashSize);
  EXPECT_GE(heartbeat.next_heartbeat_seconds, 27u);
  EXPECT_LE(heartbeat.next_heartbeat_seconds, 33u);
  EXPECT_EQ(rig.mqtt.undecodable, 0);
}

TEST(Agent, KeepsTheRunningImageInASlotWithItsFiller) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  const auto size = rig.old().bytes.size();
  EXPECT_EQ(std::memcmp(rig.flash.at(flash_map::kSlotImage[0]), rig.old().bytes.data(), size), 0);
  EXPECT_EQ(std::memcmp(rig.flash.at(flash_map::kSlot[0]), rig.flash.at(0), flash_map::kSector), 0);
}

TEST(Agent, HeartbeatsAreSpreadAroundTheInterval) {
  DeviceRig rig;
  rig.step_ms = 100;
  ASSERT_TRUE(rig.run_until([&] { return rig.mqtt.heartbeats.size() >= 12; }));
  bool differ = false;
  for (std::size_t i = 1; i < rig.mqtt.heartbeats.size(); ++i) {
    const auto& now = rig.mqtt.heartbeats[i];
    const auto gap = now.uptime_seconds - rig.mqtt.heartbeats[i - 1].uptime_seconds;
    EXPECT_GE(gap, 26u);
    EXPECT_LE(gap, 34u);
    differ = differ || now.next_heartbeat_seconds != rig.mqtt.heartbeats[i - 1].next_heartbeat_seconds;
  }
  EXPECT_TRUE(differ);
}

TEST(Agent, UpdatesAndConfirms) {
  DeviceRig rig;
  auto manifest = rig.manifest_of(rig.newer(), 7);
  manifest.security_floor = 3;
  rig.mqtt.retain(rig.install(manifest, 1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  ASSERT_TRUE(rig.run_until([&] { return rig.last_heartbeat().update_state == UpdateState::Confirmed; }));
  EXPECT_EQ(rig.running(), &rig.newer());
  const Heartbeat& heartbeat = rig.last_heartbeat();
  EXPECT_EQ(heartbeat.running_sha256, rig.newer().sha256);
  EXPECT_EQ(heartbeat.running_counter, 7u);
  EXPECT_EQ(heartbeat.security_floor, 3u);
  EXPECT_EQ(heartbeat.attempt_id, 100u);
  EXPECT_EQ(heartbeat.last_sequence, 1u);
  EXPECT_EQ(heartbeat.error, Reason::None);

  // Every state was reported, in order.
  std::vector<UpdateState> seen;
  for (const auto& one : rig.mqtt.heartbeats) {
    if (seen.empty() || seen.back() != one.update_state) seen.push_back(one.update_state);
  }
  using S = UpdateState;
  EXPECT_EQ(seen, (std::vector<S>{S::Accepted, S::Downloading, S::Verified, S::Armed, S::Trial, S::Confirmed}));
  EXPECT_EQ(rig.boots, 2);
  EXPECT_EQ(rig.flash.unerased_writes, 0);
}

TEST(Agent, WritesTheTwoSlotsInTurn) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  const auto third = rig.add_firmware({.version = "1.2.0"});
  rig.mqtt.retain(rig.install(rig.manifest_of(rig.firmware(third)), 2, 101));
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->attempt_id() == 101 && rig.agent->state() == UpdateState::Confirmed; }));
  EXPECT_EQ(rig.running()->version, "1.2.0");
  const auto& bytes = rig.firmware(third).bytes;
  EXPECT_EQ(std::memcmp(rig.flash.at(flash_map::kSlotImage[0]), bytes.data(), bytes.size()), 0);
  const auto& kept = rig.firmware(1).bytes;
  EXPECT_EQ(std::memcmp(rig.flash.at(flash_map::kSlotImage[1]), kept.data(), kept.size()), 0);
}

// The stock bootloader copies a slot's first sector over its own: it must be the board's bootloader, whatever happened.
TEST(Agent, TheFillerIsTheBoardsBootloaderWhenArmed) {
  for (const bool damaged : {false, true}) {
    DeviceRig rig;
    rig.newer().self_test = SelfTestResult::Failed;
    rig.mqtt.retain(rig.install());
    ASSERT_TRUE(rig.run_to(UpdateState::Verified));
    if (damaged) *rig.flash.at(flash_map::kSlot[1] + 2000) ^= 1;
    ASSERT_TRUE(rig.run_to(UpdateState::Armed));
    EXPECT_EQ(std::memcmp(rig.flash.at(flash_map::kSlot[1]), rig.flash.at(0), flash_map::kSector), 0) << damaged;
    if (damaged) *rig.flash.at(flash_map::kSlot[0] + 2000) ^= 1;
    ASSERT_TRUE(rig.run_to(UpdateState::RolledBack));
    EXPECT_EQ(std::memcmp(rig.flash.at(flash_map::kSlot[0]), rig.flash.at(0), flash_map::kSector), 0) << damaged;
  }
}

TEST(Agent, ARedeliveredOrderChangesNothing) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  const int armed = rig.boot_path.armed;
  for (int i = 0; i < 5; ++i) {
    rig.mqtt.reconnect();
    rig.run(200);
  }
  EXPECT_EQ(rig.agent->state(), UpdateState::Confirmed);
  EXPECT_EQ(rig.boot_path.armed, armed);
  EXPECT_EQ(rig.boots, 2);
  EXPECT_EQ(rig.agent->refusal(), Reason::None);
  EXPECT_EQ(rig.server.begins.size(), 1u);
}

TEST(Agent, AnEmptyPayloadIsIgnored) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.mqtt.retain("");
  rig.run(50);
  EXPECT_EQ(rig.agent->state(), UpdateState::Idle);
  EXPECT_EQ(rig.agent->refusal(), Reason::None);
}

TEST(Agent, AStaleOrderIsRefusedAndDoesNotHideTheAttempt) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install(5, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.mqtt.retain(rig.install(4, 90));
  ASSERT_TRUE(rig.run_until([&] { return rig.last_heartbeat().refusal != Reason::None; }));
  EXPECT_EQ(rig.last_heartbeat().refusal, Reason::StaleSequence);
  EXPECT_EQ(rig.last_heartbeat().refused_sequence, 4u);
  EXPECT_EQ(rig.last_heartbeat().attempt_id, 100u);
  EXPECT_EQ(rig.last_heartbeat().update_state, UpdateState::Downloading);
  EXPECT_EQ(rig.last_heartbeat().error, Reason::None);
  EXPECT_EQ(rig.last_heartbeat().last_sequence, 5u);
}

TEST(Agent, ANewerOrderReplacesADownload) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.run(80);
  const auto third = rig.add_firmware({.version = "1.2.0"});
  rig.mqtt.retain(rig.install(rig.manifest_of(rig.firmware(third)), 2, 101));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.agent->attempt_id(), 101u);
  EXPECT_EQ(rig.running()->version, "1.2.0");
}

TEST(Agent, CancelsBeforeArmedOnly) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.mqtt.retain(rig.sign(rig.command(CommandKind::Cancel, 2, 99)));
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() == Reason::WrongAttempt; }));
  EXPECT_EQ(rig.agent->state(), UpdateState::Downloading);
  EXPECT_EQ(rig.agent->last_sequence(), 1u) << "a refused command spends no sequence";
  rig.mqtt.retain(rig.sign(rig.command(CommandKind::Cancel, 3, 100)));
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::Cancelled);
  EXPECT_EQ(rig.agent->last_sequence(), 3u);
  rig.mqtt.retain(rig.install(4, 101));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
}

TEST(Agent, PutsAnOrderOffWhileTheApplicationSaysNotNow) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.application.reason = "pump running";
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_until([&] { return !rig.last_heartbeat().deferred.empty(); }));
  EXPECT_EQ(rig.last_heartbeat().deferred.view(), "pump running");
  rig.run(1000);
  EXPECT_EQ(rig.agent->state(), UpdateState::Accepted);
  rig.application.reason.clear();
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  ASSERT_TRUE(rig.run_until([&] { return rig.last_heartbeat().update_state == UpdateState::Confirmed; }));
  EXPECT_TRUE(rig.last_heartbeat().deferred.empty());
}

TEST(Agent, PutsTheRestartOffWhileTheApplicationSaysNotNow) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.application.reason = "pump running";
  ASSERT_TRUE(rig.run_to(UpdateState::Verified));
  rig.run(1000);
  EXPECT_EQ(rig.agent->state(), UpdateState::Verified);
  EXPECT_EQ(rig.boot_path.armed, 0);
  EXPECT_EQ(rig.last_heartbeat().deferred.view(), "pump running");
  rig.application.reason.clear();
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
}

TEST(Agent, WithoutTheTimeNoOrderIsTaken) {
  DeviceRig rig;
  rig.clock.time_known = false;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() == Reason::NoTime; }));
  EXPECT_EQ(rig.agent->state(), UpdateState::Idle);
  EXPECT_EQ(rig.agent->last_sequence(), 0u);
  rig.clock.time_known = true;
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
}

TEST(Agent, TheClockNeverFallsBelowAConfirmedManifestsTime) {
  DeviceRig rig;
  auto manifest = rig.manifest_of(rig.newer());
  manifest.created_at = 1'900'000'000;  // the board's clock says 1'800'000'000
  rig.mqtt.retain(rig.install(manifest, 1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  Command late = rig.command(CommandKind::Revert, 2, 101);
  late.expires_at = 1'850'000'000;
  rig.mqtt.retain(rig.sign(late));
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() != Reason::None; }));
  EXPECT_EQ(rig.agent->refusal(), Reason::Expired);
}

TEST(Agent, TheClockNeverFallsBelowBuildAndProvisioning) {
  constexpr std::uint64_t kLater = 2'000'000'001;  // one second behind the order's expiry; the clock says 1'800'000'000
  for (const bool by_build : {true, false}) {
    DeviceRig rig;
    if (!by_build) rig.board.provisioned_at = kLater;
    rig.mqtt.set_link(hal::Link::Up);
    rig.mqtt.retain(rig.install());
    Agent agent({rig.flash, rig.boot_path, rig.crypto, rig.server, rig.mqtt, rig.clock, rig.random}, rig.application,
                {.version = "1.0.0", .build_seconds = by_build ? kLater : 0}, rig.board);
    ASSERT_TRUE(agent.begin());
    agent.step();
    EXPECT_EQ(agent.refusal(), Reason::Expired) << by_build;
    EXPECT_EQ(agent.state(), UpdateState::Idle) << by_build;
  }
}

TEST(Agent, ACommandsOwnTimesNeverMoveTheClock) {
  DeviceRig rig;
  Command poison = rig.command(CommandKind::Cancel, 1, 7);
  poison.issued_at = 2'500'000'000;
  poison.expires_at = 2'600'000'000;
  rig.mqtt.retain(rig.sign(poison));
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() == Reason::WrongAttempt; }));
  rig.mqtt.retain(rig.install());  // expires at 2'000'000'000
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
}

TEST(Agent, RevertsToTheImageBefore) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  rig.mqtt.retain(rig.sign(rig.command(CommandKind::Revert, 2, 101)));
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->attempt_id() == 101 && rig.agent->state() == UpdateState::Confirmed; }));
  EXPECT_EQ(rig.running()->version, "1.0.0");
  EXPECT_EQ(rig.server.begins.size(), 1u) << "nothing was fetched again";
}

TEST(Agent, NeverRevertsToAnImageWhoseSlotWasWrittenAgain) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  const auto third = rig.add_firmware({.version = "1.2.0"});
  rig.mqtt.retain(rig.install(rig.manifest_of(rig.firmware(third)), 2, 101));
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.mqtt.retain(rig.sign(rig.command(CommandKind::Revert, 3, 102)));
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() != Reason::None; }));
  EXPECT_EQ(rig.agent->refusal(), Reason::NothingToRevert);
}

TEST(Agent, AnImageFlashedByCableIsKeptAnewAndTheFloorStays) {
  DeviceRig rig;
  auto manifest = rig.manifest_of(rig.newer(), 7);
  manifest.security_floor = 5;
  rig.mqtt.retain(rig.install(manifest, 1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  const auto cable = rig.add_firmware({.version = "9.0.0"});
  rig.power_cycle();
  rig.flash.place(flash_map::kImage, rig.firmware(cable).bytes.data(), rig.firmware(cable).bytes.size());
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->running_sha256() == rig.firmware(cable).sha256; }));
  EXPECT_FALSE(rig.agent->seeded());
  ASSERT_TRUE(rig.run_to_seeded());
  EXPECT_EQ(rig.agent->security_floor(), 5u);
  Ledger ledger(rig.flash);
  ASSERT_TRUE(ledger.open());
  EXPECT_EQ(ledger.confirmed().clock_floor, manifest.created_at);
}

// What runs cannot be measured, so it cannot be copied: an update would have no way back.
TEST(Agent, WithoutAnImageToGoBackToNothingIsInstalled) {
  DeviceRig rig;
  *rig.flash.at(flash_map::kImage) = 0;
  rig.mqtt.set_link(hal::Link::Up);
  rig.mqtt.retain(rig.install());
  Agent agent({rig.flash, rig.boot_path, rig.crypto, rig.server, rig.mqtt, rig.clock, rig.random}, rig.application,
              {.version = "1.0.0"}, rig.board);
  ASSERT_TRUE(agent.begin());
  for (int i = 0; i < 2000 && !agent.restarting(); ++i) {
    agent.step();
    rig.clock.advance(10);
  }
  EXPECT_EQ(agent.state(), UpdateState::Failed);
  EXPECT_EQ(agent.error(), Reason::FlashError);
  EXPECT_EQ(rig.boot_path.armed, 0);
}

TEST(Agent, ASeedThatFailsIsTriedAgain) {
  DeviceRig rig;
  rig.flash.corrupt_at = flash_map::kSlotImage[0] + 8 * 1024;
  rig.run(2000);
  EXPECT_FALSE(rig.agent->seeded());
  rig.flash.corrupt_at = 0xFFFFFFFF;
  rig.step_ms = 100;
  EXPECT_TRUE(rig.run_to_seeded());
}

TEST(Agent, RefusalByTheBootPathIsArmFailed) {
  DeviceRig rig;
  rig.boot_path.refuse_arm = true;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::ArmFailed);
  EXPECT_EQ(rig.running(), &rig.old());
}

TEST(Agent, AnOrderLostByTheBootPathIsArmFailed) {
  DeviceRig rig;
  rig.boot_path.forget_orders = true;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::ArmFailed);
  EXPECT_EQ(rig.running(), &rig.old());
}

TEST(Agent, SaysItsLastWordsBeforeTheRestart) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Verified));
  rig.mqtt.acknowledges = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  const auto armed_at = rig.clock.monotonic_ms();
  while (!rig.agent->restarting()) rig.agent->step(), rig.clock.advance(10);
  EXPECT_EQ(rig.last_heartbeat().update_state, UpdateState::Armed);
  EXPECT_GE(rig.clock.monotonic_ms() - armed_at, 2900u) << "it waits for the acknowledgement";
  EXPECT_LE(rig.clock.monotonic_ms() - armed_at, 3100u) << "but not for ever";
}

}  // namespace
}  // namespace flotilla
