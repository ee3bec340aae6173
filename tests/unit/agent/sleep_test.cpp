// Deep sleep: when a board may, what it leaves behind, and what becomes of a trial and of a download over many wakes.
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

bool may_sleep(DeviceRig& rig) {
  return rig.run_until([&] { return rig.agent->may_sleep(); }, 1000);
}

// Trials of one boot: a wake that counted would be the end of it.
std::string install_with_one_boot(DeviceRig& rig) {
  const std::string manifest = rig.sign(rig.manifest_of(rig.newer()));
  Command order = rig.install_command(manifest, "1.1.0", 1, 100);
  order.install.trial_boots = 1;
  return rig.sign(order);
}

void run_to_trial(DeviceRig& rig) {
  rig.mqtt.retain(install_with_one_boot(rig));
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
}

void wake_for(DeviceRig& rig, int steps) {
  ASSERT_TRUE(rig.step());  // the boot
  rig.run(steps);
}

TEST(Sleep, ATrialMayBeConfirmedOnTheThirdWake) {
  DeviceRig rig;
  rig.newer().self_test = SelfTestResult::Pending;
  run_to_trial(rig);
  for (int wake = 0; wake < 2; ++wake) {
    rig.run(300);
    ASSERT_EQ(rig.agent->state(), UpdateState::Trial) << wake;
    rig.deep_sleep(600);
    wake_for(rig, 1);
  }
  rig.newer().self_test = SelfTestResult::Passed;
  rig.deep_sleep(600);
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed, 100));
  EXPECT_EQ(rig.running(), &rig.newer());
  EXPECT_EQ(rig.boots, 5) << "the old image's, the new one's, three wakes";
}

struct ShortWakes {
  const char* name;
  int steps;  // of 100 ms
  int wakes;  // that use up 120 seconds
};
class TrialOverWakes : public testing::TestWithParam<ShortWakes> {};

// No wake is long enough for one of the records that are made while awake.
TEST_P(TrialOverWakes, RunsOutByTheSumOfThem) {
  DeviceRig rig;
  rig.mqtt.retain(install_with_one_boot(rig));
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.step_ms = 100;
  int wakes = 0;
  while (rig.agent->state() == UpdateState::Trial && wakes < 2 * GetParam().wakes) {
    rig.run(GetParam().steps);
    if (rig.agent->state() != UpdateState::Trial) break;
    rig.deep_sleep(3600);
    wake_for(rig, 1);
    ++wakes;
  }
  EXPECT_EQ(rig.agent->state(), UpdateState::RolledBack);
  EXPECT_EQ(rig.agent->error(), Reason::NoOrder);
  EXPECT_LE(std::abs(wakes - GetParam().wakes), GetParam().wakes / 10 + 1);
}

INSTANTIATE_TEST_SUITE_P(Lengths, TrialOverWakes,
                         testing::Values(ShortWakes{"EightSeconds", 80, 14}, ShortWakes{"BelowASecond", 5, 120}),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Sleep, AResetBehindAPlannedWakeCounts) {
  DeviceRig rig;
  rig.newer().self_test = SelfTestResult::Pending;
  run_to_trial(rig);
  rig.deep_sleep(60);
  wake_for(rig, 10);
  ASSERT_EQ(rig.agent->state(), UpdateState::Trial);
  rig.agent.reset();  // a crash: power stays, and so would the token
  ASSERT_TRUE(rig.run_to(UpdateState::RolledBack, 100));
  EXPECT_EQ(rig.agent->error(), Reason::Crash);
}

TEST(Sleep, TheTokenIsTakenByTheWakeAlsoWithoutATrial) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.agent->prepare_sleep();
  EXPECT_TRUE(rig.boot_path.wake_planned);
  rig.agent.reset();
  ASSERT_TRUE(rig.step());
  EXPECT_FALSE(rig.boot_path.wake_planned);
}

TEST(Sleep, GoesOfflineInOrder) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.agent->prepare_sleep();
  EXPECT_EQ(rig.mqtt.disconnects, 1);
  EXPECT_NE(rig.mqtt.link(), hal::Link::Up);
}

// A sketch that sleeps in the middle of a download: the next wake goes on, and the deadline comes all the same.
TEST(Sleep, ADownloadsTimeIsSummedOverWakes) {
  DeviceRig rig;
  rig.server.silent = true;
  rig.mqtt.retain(rig.install());  // 600 seconds for the download
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.step_ms = 100;
  int wakes = 0;
  while (rig.agent->state() == UpdateState::Downloading && wakes < 100) {
    rig.run(200);
    rig.deep_sleep(600);
    wake_for(rig, 1);
    ++wakes;
  }
  EXPECT_EQ(rig.agent->state(), UpdateState::Failed);
  EXPECT_EQ(rig.agent->error(), Reason::DownloadDeadline);
  EXPECT_LE(std::abs(wakes - 30), 3);
}

TEST(MaySleep, NotBeforeTheFirstImageIsKept) {
  DeviceRig rig;
  while (!rig.agent || !rig.agent->seeded()) {
    ASSERT_TRUE(rig.step());
    ASSERT_TRUE(!rig.agent || rig.agent->seeded() || !rig.agent->may_sleep());
  }
  EXPECT_TRUE(may_sleep(rig));
}

// A board whose slot cannot be written must not stay awake for it until its battery is empty.
TEST(MaySleep, WhenTheCopyFailedAndWaits) {
  DeviceRig rig;
  rig.flash.corrupt_at = flash_map::kSlotImage[0] + 8 * 1024;
  EXPECT_TRUE(may_sleep(rig));
  EXPECT_FALSE(rig.agent->seeded());
}

TEST(MaySleep, ASecondAfterTheSubscriptionAndWithAnAcknowledgedHeartbeat) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.deep_sleep(60);
  wake_for(rig, 90);
  EXPECT_FALSE(rig.agent->may_sleep()) << "900 ms: the order may still be on its way";
  rig.run(20);
  EXPECT_TRUE(rig.agent->may_sleep());
}

TEST(MaySleep, NotWithoutAnAcknowledgement) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.mqtt.acknowledges = false;
  rig.deep_sleep(60);
  wake_for(rig, 500);
  EXPECT_FALSE(rig.agent->may_sleep());
  rig.mqtt.acknowledges = true;
  rig.mqtt.reconnect();
  EXPECT_TRUE(may_sleep(rig));
}

TEST(MaySleep, NotWithoutAConnection) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  ASSERT_TRUE(may_sleep(rig));
  rig.mqtt.set_link(hal::Link::Unreachable);
  EXPECT_FALSE(rig.agent->may_sleep());
  rig.mqtt.set_link(hal::Link::Up);
  EXPECT_FALSE(rig.agent->may_sleep()) << "what was acknowledged before is of another session";
}

TEST(MaySleep, NeverWhileAnUpdateIsUnderWay) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  while (rig.agent->state() != UpdateState::Confirmed) {
    ASSERT_TRUE(rig.step());
    ASSERT_FALSE(rig.agent->may_sleep() && rig.agent->state() != UpdateState::Confirmed)
        << to_string(rig.agent->state());
  }
  EXPECT_TRUE(may_sleep(rig));
}

// The answer to an order goes out, and is acknowledged, before the board sleeps.
TEST(MaySleep, NotBeforeARefusalIsHeard) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  ASSERT_TRUE(may_sleep(rig));
  rig.mqtt.acknowledges = false;
  rig.mqtt.retain(rig.sign(rig.command(CommandKind::Cancel, 1, 99)));
  rig.run(100);
  ASSERT_EQ(rig.agent->refusal(), Reason::WrongAttempt);
  EXPECT_FALSE(rig.agent->may_sleep());
}

// Put off until the sun has charged the battery: staying awake for that would empty it.
TEST(MaySleep, WhileTheApplicationPutsTheUpdateOff) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.application.reason = "valve open";
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Accepted));
  ASSERT_TRUE(may_sleep(rig));
  rig.deep_sleep(600);
  ASSERT_TRUE(may_sleep(rig));
  rig.application.reason.clear();
  ASSERT_TRUE(rig.step());
  EXPECT_FALSE(rig.run_until([&] { return rig.agent->may_sleep() && rig.agent->state() != UpdateState::Confirmed; }));
  EXPECT_EQ(rig.agent->state(), UpdateState::Confirmed);
}

// The time comes by NTP a few seconds after the connection. A sleeper that did not wait would never get an order.
TEST(MaySleep, WaitsAWhileForTheTimeThatAnOrderNeeds) {
  DeviceRig rig;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.clock.time_known = false;
  rig.mqtt.retain(rig.install());
  rig.deep_sleep(600);
  wake_for(rig, 1500);
  EXPECT_EQ(rig.agent->refusal(), Reason::NoTime);
  EXPECT_FALSE(rig.agent->may_sleep());
  rig.run(600);
  EXPECT_TRUE(rig.agent->may_sleep()) << "but not for ever";
}

TEST(SleepSeconds, AreAnnouncedWithTimeToBootAndConnect) {
  DeviceRig rig;
  rig.config.sleep_seconds = 600;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.deep_sleep(600);
  ASSERT_TRUE(may_sleep(rig));
  EXPECT_EQ(rig.last_heartbeat().next_heartbeat_seconds, 630u);
}

TEST(SleepSeconds, AreNotAnnouncedWhileAnUpdateKeepsTheBoardAwake) {
  DeviceRig rig;
  rig.config.sleep_seconds = 600;
  ASSERT_TRUE(rig.run_to_seeded());
  rig.mqtt.heartbeats.clear();
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  ASSERT_TRUE(may_sleep(rig));
  for (const auto& heartbeat : rig.mqtt.heartbeats) {
    const bool working =
        heartbeat.update_state >= UpdateState::Accepted && heartbeat.update_state <= UpdateState::Armed;
    EXPECT_EQ(heartbeat.next_heartbeat_seconds < 60, working) << to_string(heartbeat.update_state);
  }
}

}  // namespace
}  // namespace flotilla
