// Whatever hinders an attempt, it comes to an end; and nothing but a trial makes an update's image the one to keep.
#include <gtest/gtest.h>

#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

// Each boot lasts `steps` of half a second.
bool ends_within(DeviceRig& rig, int boots, int steps, UpdateState state) {
  rig.step_ms = 500;
  for (int i = 0; i < boots; ++i) {
    rig.run(steps);
    if (rig.agent && rig.agent->state() == state) return true;
    rig.power_cycle();
  }
  return false;
}

TEST(AgentEnds, BoardThatResetsOftenReachesTheDownloadDeadline) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.server.silent = true;
  rig.mqtt.retain(rig.install());  // 600 s to download
  ASSERT_TRUE(ends_within(rig, 100, 40, UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::DownloadDeadline);
}

TEST(AgentEnds, BoardThatResetsBeforeItAsksForABitReachesTheDownloadDeadline) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->state() == UpdateState::Downloading && rig.server.begins.size() == 1; }));
  rig.run(100);  // beyond the first record of the progress: 64 steps of hashing come first in each boot
  ASSERT_TRUE(ends_within(rig, 100, 20, UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::DownloadDeadline);
}

TEST(AgentEnds, FewResetsCostNoDownload) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  for (int i = 0; i < 10; ++i) {
    rig.run(20);
    rig.power_cycle();
  }
  EXPECT_TRUE(rig.run_to(UpdateState::Confirmed));
}

TEST(AgentEnds, RunningImageThatCannotBeKeptFailsTheAttempt) {
  DeviceRig rig;
  rig.flash.corrupt_at = flash_map::kSlotImage[0];
  rig.mqtt.retain(rig.install());
  rig.step_ms = 500;
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->state() == UpdateState::Accepted; }));
  ASSERT_TRUE(rig.run_to(UpdateState::Failed, 1000));
  EXPECT_EQ(rig.agent->error(), Reason::FlashError);
  EXPECT_FALSE(rig.agent->seeded());
  // It goes on trying, and a flash that works again takes the next update.
  rig.flash.corrupt_at = 0xFFFFFFFF;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.mqtt.retain(rig.install(2, 101));
  EXPECT_TRUE(rig.run_until([&] { return rig.agent->state() == UpdateState::Confirmed; }));
}

TEST(AgentEnds, JournalThatTakesNothingMoreFailsTheAttemptThatWaitsForTheSeed) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->state() == UpdateState::Idle; }));
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->state() == UpdateState::Accepted; }));
  for (std::uint32_t at = 0; at < 2 * flash_map::kSector; at += 4)
    rig.flash.unwritable.insert(flash_map::kAgentJournal + at);
  rig.step_ms = 500;
  ASSERT_TRUE(rig.run_to(UpdateState::Failed, 2000));
  EXPECT_EQ(rig.agent->error(), Reason::FlashError);
}

// Rolled back, but the image to go back to has rotted in its slot: the unwanted one stays.
void run_to_unwanted_image_stays(DeviceRig& rig) {
  rig.newer().self_test = SelfTestResult::Failed;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  *rig.flash.at(flash_map::kSlotImage[0] + 5000) ^= 1;
  ASSERT_TRUE(rig.run_to(UpdateState::RolledBack));
  rig.run(500);
  ASSERT_EQ(rig.running(), &rig.newer());
}

Digest confirmed_in(DeviceRig& rig) {
  Ledger ledger(rig.flash);
  return ledger.open() ? ledger.confirmed().image_sha256 : Digest{};
}

TEST(AgentEnds, UnwantedImageThatStaysIsNeverKeptWithoutATrial) {
  DeviceRig rig;
  ASSERT_NO_FATAL_FAILURE(run_to_unwanted_image_stays(rig));
  auto manifest = rig.manifest_of(*rig.find("1.0.0"));
  manifest.image_sha256.bytes[0] ^= 1;
  rig.mqtt.retain(rig.install(manifest, 2, 101));
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->attempt_id() == 101 && rig.agent->state() == UpdateState::Failed; }));
  for (int boot = 0; boot < 3; ++boot) {
    rig.power_cycle();
    rig.run(1000);
    EXPECT_EQ(confirmed_in(rig), rig.old().sha256);
    EXPECT_FALSE(rig.agent->seeded() && confirmed_in(rig) != rig.old().sha256);
  }
  // It is as updatable as any other.
  rig.add_firmware({.version = "2.0.0"});
  rig.mqtt.retain(rig.install(rig.manifest_of(*rig.find("2.0.0")), 3, 102));
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->attempt_id() == 102 && rig.agent->state() == UpdateState::Confirmed; }));
  EXPECT_EQ(confirmed_in(rig), rig.find("2.0.0")->sha256);
}

TEST(AgentEnds, UnwantedImageThatPassesALaterTrialIsKeptLikeAnyOther) {
  DeviceRig rig;
  ASSERT_NO_FATAL_FAILURE(run_to_unwanted_image_stays(rig));
  rig.newer().self_test = SelfTestResult::Passed;
  rig.mqtt.retain(rig.install(2, 101));
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->attempt_id() == 101 && rig.agent->state() == UpdateState::Confirmed; }));
  // Another one is confirmed, then the first is flashed by cable: it is kept again.
  rig.add_firmware({.version = "2.0.0"});
  rig.mqtt.retain(rig.install(rig.manifest_of(*rig.find("2.0.0")), 3, 102));
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->attempt_id() == 102 && rig.agent->state() == UpdateState::Confirmed; }));
  rig.power_cycle();
  rig.flash.place(flash_map::kImage, rig.newer().bytes.data(), rig.newer().bytes.size());
  ASSERT_TRUE(rig.run_to_seeded());
  EXPECT_EQ(confirmed_in(rig), rig.newer().sha256);
}

}  // namespace
}  // namespace flotilla
