// What becomes of a new image: kept, or left with the right reason.
#include <gtest/gtest.h>

#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

// The trial began, with steps long enough to get through its time.
void run_to_trial(DeviceRig& rig) {
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.step_ms = 500;
}

void expect_back_on_old(DeviceRig& rig, Reason reason) {
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->state() == UpdateState::RolledBack && rig.running() == &rig.old(); }));
  EXPECT_EQ(rig.agent->error(), reason);
  rig.mqtt.set_link(hal::Link::Up);
  const auto reported = [&] {
    const auto& last = rig.last_heartbeat();
    return last.update_state == UpdateState::RolledBack && last.running_sha256 == rig.old().sha256;
  };
  ASSERT_TRUE(rig.run_until(reported));
  EXPECT_EQ(rig.last_heartbeat().error, reason);
  EXPECT_EQ(rig.last_heartbeat().attempt_id, 100u);
  // And the board is as good as before.
  rig.newer().self_test = SelfTestResult::Passed;
  rig.newer().crashes_at_boot = rig.newer().no_network = false;
  rig.mqtt.acknowledges = rig.mqtt.delivers = true;
  rig.link_at_boot = hal::Link::Up;
  rig.step_ms = 10;
  rig.mqtt.retain(rig.install(9, 200));
  EXPECT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.running(), &rig.newer());
}

TEST(AgentTrial, FailedSelfTestGoesBack) {
  DeviceRig rig;
  rig.newer().self_test = SelfTestResult::Failed;
  rig.mqtt.retain(rig.install());
  expect_back_on_old(rig, Reason::SelfTest);
}

TEST(AgentTrial, SelfTestThatNeverAnswersGoesBack) {
  DeviceRig rig;
  rig.newer().self_test = SelfTestResult::Pending;
  run_to_trial(rig);
  expect_back_on_old(rig, Reason::SelfTest);
}

TEST(AgentTrial, CrashAtBootGoesBackWhenTheTrialBootsAreUsedUp) {
  DeviceRig rig;
  rig.newer().crashes_at_boot = true;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  const int before = rig.boots;
  expect_back_on_old(rig, Reason::Crash);
  // Three boots of the new image, the fourth that goes back, and the old image's; then the good one's.
  EXPECT_EQ(rig.boots - before, 6);
}

TEST(AgentTrial, WhereTheBootPathCountsTheBootsNothingElseDoes) {
  DeviceRig rig;
  rig.boot_path.counts_boots = true;
  rig.newer().crashes_at_boot = true;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  const int before = rig.boots;
  rig.run(500);
  EXPECT_GT(rig.boots - before, 10);
  EXPECT_EQ(rig.running(), &rig.newer()) << "the early boot went back";
  Ledger ledger(rig.flash);
  ASSERT_TRUE(ledger.open());
  EXPECT_EQ(ledger.trial().boots, 0);
  EXPECT_EQ(ledger.state(), UpdateState::Armed);
}

TEST(AgentTrial, NoNetworkGoesBack) {
  DeviceRig rig;
  rig.newer().no_network = true;
  run_to_trial(rig);
  expect_back_on_old(rig, Reason::NoWifi);
}

TEST(AgentTrial, BrokerThatRefusesGoesBack) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.link_at_boot = hal::Link::Refused;
  rig.step_ms = 500;
  expect_back_on_old(rig, Reason::NoBroker);
}

TEST(AgentTrial, HeartbeatsThatNobodyAcknowledgesGoBack) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.acknowledges = false;
  rig.step_ms = 500;
  expect_back_on_old(rig, Reason::NoBroker);
}

TEST(AgentTrial, OrderThatNeverComesBackGoesBack) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  rig.step_ms = 500;
  expect_back_on_old(rig, Reason::NoOrder);
}

TEST(AgentTrial, BrokerAwayRollsNobodyBack) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.link_at_boot = hal::Link::Unreachable;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.step_ms = 1000;
  rig.run(3000);  // of 120 seconds in which it could be blamed, and 3600 in all
  EXPECT_EQ(rig.agent->state(), UpdateState::Trial);
  rig.mqtt.set_link(hal::Link::Up);
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed, 50));
  EXPECT_EQ(rig.running(), &rig.newer());
}

TEST(AgentTrial, BrokerAwayBeyondTheMaximumIsDeadline) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.link_at_boot = hal::Link::Unreachable;
  rig.step_ms = 1000;
  expect_back_on_old(rig, Reason::Deadline);
}

TEST(AgentTrial, SecondsAreSummedOverBoots) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.step_ms = 1000;
  rig.run(90);  // of 120
  rig.power_cycle();
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.run(20);
  EXPECT_EQ(rig.agent->state(), UpdateState::Trial);
  ASSERT_TRUE(rig.run_to(UpdateState::RolledBack, 30));
  EXPECT_EQ(rig.agent->error(), Reason::NoOrder);
}

TEST(AgentTrial, EachPlainPowerCutCountsAsABoot) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  for (int i = 0; i < 2; ++i) {
    rig.power_cycle();
    ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  }
  rig.power_cycle();
  expect_back_on_old(rig, Reason::Crash);
}

TEST(AgentTrial, AWayBackThatNeverSucceedsEndsTheRestarts) {
  DeviceRig rig;
  rig.newer().self_test = SelfTestResult::Failed;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.boot_path.forget_orders = true;
  rig.run(500);
  EXPECT_EQ(rig.running(), &rig.newer());
  EXPECT_LE(rig.boots, 12);
  const int boots = rig.boots;
  rig.run(500);
  EXPECT_EQ(rig.boots, boots) << "it stays up and says what runs";
  EXPECT_EQ(rig.last_heartbeat().update_state, UpdateState::RolledBack);
  EXPECT_EQ(rig.last_heartbeat().running_sha256, rig.newer().sha256);
}

// Power went away between the record that keeps the image and the one that ends the trial, in its last boot.
TEST(AgentTrial, AConfirmationThatWasCutIsFinishedWhateverTheTrialsLimits) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.power_cycle();
  Ledger ledger(rig.flash);
  ASSERT_TRUE(ledger.open());
  TrialUseRecord use = ledger.trial();
  use.boots = 8;
  ASSERT_TRUE(ledger.record_trial(use));
  ASSERT_TRUE(ledger.confirm_attempt());
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.running(), &rig.newer());
}

// A daemon that lost its outbox signs the attempt anew: same attempt, same image, higher sequence.
TEST(AgentTrial, AnOrderSignedAnewIsAsGoodAsTheFirst) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.run(100);
  rig.mqtt.delivers = true;
  rig.mqtt.retain(rig.install(8, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed, 50));
  EXPECT_EQ(rig.agent->last_sequence(), 8u);
  EXPECT_EQ(rig.boots, 2);
  rig.mqtt.retain(rig.install(9, 100));
  rig.run(500);
  EXPECT_EQ(rig.agent->state(), UpdateState::Confirmed) << "an attempt that ended is not run again";
  EXPECT_EQ(rig.agent->last_sequence(), 9u);
  EXPECT_EQ(rig.boots, 2);
}

TEST(AgentTrial, AnotherOrderDuringTheTrialIsBusy) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.mqtt.delivers = true;
  rig.mqtt.retain(rig.install(2, 101));
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() != Reason::None; }));
  EXPECT_EQ(rig.agent->refusal(), Reason::Busy);
  EXPECT_EQ(rig.agent->state(), UpdateState::Trial);
}

// Between the decision to go back and the restart nothing may begin that the restart would cut.
TEST(AgentTrial, AnOrderWhileGoingBackIsBusy) {
  DeviceRig rig;
  rig.newer().self_test = SelfTestResult::Failed;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.acknowledges = false;  // the last words take their time
  ASSERT_TRUE(rig.run_to(UpdateState::RolledBack));
  rig.mqtt.retain(rig.install(9, 200));
  ASSERT_TRUE(rig.run_until([&] { return rig.agent->refusal() != Reason::None; }, 100));
  EXPECT_EQ(rig.agent->refusal(), Reason::Busy);
  EXPECT_EQ(rig.agent->attempt_id(), 100u);
}

TEST(AgentTrial, ItsMaximumIsADayAndAtLeastItsSeconds) {
  struct {
    std::uint32_t ordered;
    std::uint32_t kept;
  } const cases[] = {{10 * 86400, 86400}, {7200, 7200}, {60, 120}};
  for (const auto& one : cases) {
    DeviceRig rig;
    const std::string manifest = rig.sign(rig.manifest_of(rig.newer()));
    Command order = rig.install_command(manifest, "1.1.0", 1, 100);
    order.install.trial_maximum_seconds = one.ordered;
    rig.mqtt.retain(rig.sign(order));
    ASSERT_TRUE(rig.run_to(UpdateState::Accepted));
    Ledger ledger(rig.flash);
    ASSERT_TRUE(ledger.open());
    EXPECT_EQ(ledger.attempt().trial_maximum_seconds, one.kept);
  }
}

// One bit of the copy to keep was lost: going back would put an image that nobody signed over one that at least talks.
TEST(AgentTrial, ARottenCopyIsNoWayBack) {
  DeviceRig rig;
  rig.newer().self_test = SelfTestResult::Failed;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  *rig.flash.at(flash_map::kSlotImage[0] + 50'000) ^= 4;
  ASSERT_TRUE(rig.run_until([&] { return rig.boots >= 3 && rig.mqtt.link() == hal::Link::Up; }));
  rig.run(1000);
  EXPECT_EQ(rig.running(), &rig.newer());
  EXPECT_EQ(rig.agent->state(), UpdateState::RolledBack);
  EXPECT_EQ(rig.last_heartbeat().running_sha256, rig.newer().sha256);
  Ledger ledger(rig.flash);
  ASSERT_TRUE(ledger.open());
  EXPECT_EQ(ledger.confirmed().image_sha256, rig.old().sha256) << "what was left is never the image to keep";
}

TEST(AgentTrial, AnImageThatTheBootPathLeftByItselfCrashed) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  rig.mqtt.delivers = false;
  ASSERT_TRUE(rig.run_to(UpdateState::Trial));
  rig.power_cycle();
  rig.flash.place(flash_map::kImage, rig.old().bytes.data(), rig.old().bytes.size());
  rig.mqtt.delivers = true;
  expect_back_on_old(rig, Reason::Crash);
}

// The copy to keep was damaged while the new image ran: it stays, says so, and can still be updated.
TEST(AgentTrial, WithoutAWayBackTheImageStaysAndTakesOrders) {
  DeviceRig rig;
  rig.newer().self_test = SelfTestResult::Failed;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Armed));
  std::memset(rig.flash.at(flash_map::kSlotImage[0]), 0, 64);
  ASSERT_TRUE(rig.run_to(UpdateState::RolledBack));
  ASSERT_TRUE(rig.run_until([&] { return rig.boots >= 3 && rig.mqtt.link() == hal::Link::Up; }));
  rig.run(1000);
  EXPECT_EQ(rig.running(), &rig.newer());
  EXPECT_LE(rig.boots, 4) << "it does not restart for ever";
  EXPECT_EQ(rig.last_heartbeat().update_state, UpdateState::RolledBack);
  EXPECT_EQ(rig.last_heartbeat().running_sha256, rig.newer().sha256);
  const auto third = rig.add_firmware({.version = "1.2.0"});
  rig.mqtt.retain(rig.install(rig.manifest_of(rig.firmware(third)), 2, 101));
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.running()->version, "1.2.0");
}

}  // namespace
}  // namespace flotilla
