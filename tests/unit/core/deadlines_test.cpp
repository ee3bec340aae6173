// Silence and slowness: each deadline with its consequence, and when time stands still for them all.
#include <gtest/gtest.h>

#include "tests/unit/core/fleet_bench.h"

namespace flotilla::core {
namespace {

class Deadlines : public testing::Test {
 protected:
  explicit Deadlines(int devices = 1) : bench_(devices) {}
  void start() { id_ = bench_.start(make_spec("1.1.0", {{100, true}})); }
  MemberState state() { return bench_.state(id_, "esp-00"); }
  Bench bench_;
  RolloutId id_ = 0;
};

TEST_F(Deadlines, OrderedAndNeverHeardAgainIsSkippedNotFailed) {
  start();
  bench_.silent.insert("esp-00");
  bench_.pass(310);
  EXPECT_EQ(state(), MemberState::Skipped);
  EXPECT_EQ(bench_.fleet->member(id_, "esp-00")->skip, SkipReason::Offline);
  EXPECT_EQ(bench_.fleet->desired_order("esp-00"), nullptr);
}

// What a device announces is waited for, but not for a century.
TEST_F(Deadlines, AnAbsurdPauseBetweenHeartbeatsHangsNobody) {
  bench_.boards["esp-00"].next_heartbeat_seconds = UINT32_MAX;
  bench_.beat("esp-00");
  start();
  bench_.silent.insert("esp-00");
  bench_.pass(3 * 86400 - 600);
  EXPECT_EQ(state(), MemberState::Ordered);
  bench_.pass(1200);
  EXPECT_EQ(state(), MemberState::Skipped);
}

// It takes the order at its next wake, or never: then it is not waited for at each further one.
TEST_F(Deadlines, ASleeperIsWaitedForUntilItHasHadItsChance) {
  bench_.boards["esp-00"].next_heartbeat_seconds = 3600;
  bench_.beat("esp-00");
  start();
  bench_.silent.insert("esp-00");
  bench_.pass(3590);
  EXPECT_EQ(state(), MemberState::Ordered) << "asleep since before the order was out";
  for (int wakes = 0; wakes < 4; ++wakes) {
    bench_.beat("esp-00");
    bench_.pass(3600);
  }
  EXPECT_EQ(state(), MemberState::Unresponsive);
}

TEST_F(Deadlines, HeardButNotAcceptingIsUnresponsive) {
  start();
  bench_.pass(310);
  EXPECT_EQ(state(), MemberState::Unresponsive);
  EXPECT_EQ(bench_.fleet->desired_order("esp-00"), nullptr);
  EXPECT_EQ(bench_.state(id_), RolloutState::Halted);
}

TEST_F(Deadlines, AnOrderThatTheBrokerDoesNotTakeIsNotTheDevicesFailure) {
  start();
  bench_.fleet->delivery("esp-00", "the broker refused the command (Not authorized)");
  const auto why = bench_.fleet->why("esp-00", bench_.now);
  EXPECT_NE(why.find("ordered to install 1.1.0, but the broker refused the command"), std::string::npos) << why;
  bench_.pass(310);
  EXPECT_EQ(state(), MemberState::Ready);
  EXPECT_EQ(bench_.state(id_), RolloutState::Paused);
  EXPECT_EQ(bench_.fleet->rollout(id_)->reason_text, "esp-00: the broker refused the command (Not authorized)");
}

TEST_F(Deadlines, AnOrderThatTheBrokerTookAtLastCountsAsAnyOther) {
  start();
  bench_.fleet->delivery("esp-00", "the broker refused the command (Not authorized)");
  bench_.fleet->delivery("esp-00", "");
  bench_.pass(310);
  EXPECT_EQ(state(), MemberState::Unresponsive);
}

TEST_F(Deadlines, NoProgressIsUnresponsive) {
  start();
  bench_.accept("esp-00");
  bench_.pass(590);
  EXPECT_EQ(state(), MemberState::Working);
  bench_.pass(20);
  EXPECT_EQ(state(), MemberState::Unresponsive);
  EXPECT_NE(bench_.fleet->desired_order("esp-00"), nullptr) << "it may still come to its end, which is recorded then";
}

TEST_F(Deadlines, ProgressRestartsTheDeadline) {
  start();
  bench_.accept("esp-00");
  for (int i = 1; i <= 5; ++i) {
    bench_.pass(400);
    bench_.boards["esp-00"].progress_percent = static_cast<std::uint32_t>(i * 10);
    bench_.report("esp-00", UpdateState::Downloading);
  }
  EXPECT_EQ(state(), MemberState::Working);
}

TEST_F(Deadlines, SilentAfterTheRebootIsLostAfterTrialAndWayBack) {
  start();
  bench_.accept("esp-00");
  bench_.report("esp-00", UpdateState::Armed);
  bench_.silent.insert("esp-00");
  bench_.pass(475);
  EXPECT_EQ(state(), MemberState::Rebooting);
  bench_.pass(10);
  EXPECT_EQ(state(), MemberState::Lost);
}

TEST_F(Deadlines, ALateReturnIsRecordedAndTheDecisionStays) {
  start();
  bench_.accept("esp-00");
  bench_.report("esp-00", UpdateState::Armed);
  bench_.silent.insert("esp-00");
  bench_.pass(490);
  ASSERT_EQ(bench_.state(id_), RolloutState::Halted);
  bench_.silent.clear();
  bench_.confirm("esp-00");
  EXPECT_EQ(state(), MemberState::Soaking);
  bench_.pass(70);
  EXPECT_EQ(state(), MemberState::Succeeded);
  EXPECT_EQ(bench_.state(id_), RolloutState::Halted);
  EXPECT_EQ(bench_.fleet->desired_order("esp-00"), nullptr);
}

TEST_F(Deadlines, SilenceWhileSoakingStartsTheSoakAnew) {
  start();
  bench_.confirm("esp-00");
  bench_.silent.insert("esp-00");
  bench_.pass(120);
  EXPECT_EQ(state(), MemberState::Soaking) << "the soak was over, but nobody reported";
  bench_.silent.clear();
  bench_.pass(30);
  EXPECT_EQ(state(), MemberState::Soaking);
  bench_.pass(90);
  EXPECT_EQ(state(), MemberState::Succeeded);
}

TEST_F(Deadlines, SilentForEverAfterConfirmingIsLost) {
  start();
  bench_.confirm("esp-00");
  bench_.silent.insert("esp-00");
  bench_.pass(600);
  EXPECT_EQ(state(), MemberState::Lost);
}

TEST_F(Deadlines, ABrokerThatIsAwayFailsNobody) {
  start();
  bench_.accept("esp-00");
  bench_.silent.insert("esp-00");
  bench_.broker_down();
  bench_.pass(3000);
  EXPECT_EQ(state(), MemberState::Working);
  EXPECT_NE(bench_.fleet->judging_stands_still(bench_.now).find("broker"), std::string::npos);
  bench_.broker_up();
  bench_.pass(55);
  EXPECT_NE(bench_.fleet->judging_stands_still(bench_.now), "");
  bench_.pass(5);
  EXPECT_EQ(bench_.fleet->judging_stands_still(bench_.now), "");
  bench_.pass(600);
  EXPECT_EQ(state(), MemberState::Unresponsive) << "and then time goes on";
}

TEST_F(Deadlines, ADaemonThatWasDownForANightFailsNobody) {
  start();
  bench_.accept("esp-00");
  bench_.pass(300);
  bench_.now.wall += 8 * 3600;
  bench_.restart();
  bench_.pass(60);
  EXPECT_EQ(state(), MemberState::Working);
  bench_.pass(320);
  EXPECT_EQ(state(), MemberState::Unresponsive) << "the time already counted survived the restart";
}

TEST_F(Deadlines, AnHourWithoutJudgementPauses) {
  start();
  bench_.accept("esp-00");
  bench_.broker_down();
  bench_.pass(3500);
  EXPECT_EQ(bench_.state(id_), RolloutState::Running);
  bench_.pass(110);
  EXPECT_EQ(bench_.state(id_), RolloutState::Paused);
  EXPECT_EQ(bench_.fleet->rollout(id_)->reason, RolloutReason::BrokerUnstable);
}

class Crowd : public Deadlines {
 protected:
  Crowd() : Deadlines(6) {}
  void silence(int devices) {
    for (int i = 0; i < devices; ++i) bench_.silent.insert("esp-0" + std::to_string(i));
  }
};

TEST_F(Crowd, ThatFallsSilentAtOnceIsTheNetwork) {
  start();
  for (const auto& device : bench_.in_state(id_, MemberState::Ordered)) bench_.accept(device);
  silence(3);
  bench_.pass(1800);
  EXPECT_EQ(bench_.in_state(id_, MemberState::Working).size(), 6U);
  EXPECT_NE(bench_.fleet->judging_stands_still(bench_.now).find("3 of 6"), std::string::npos);
  bench_.silent.clear();
  bench_.pass(35);
  EXPECT_EQ(bench_.fleet->judging_stands_still(bench_.now), "");
}

TEST_F(Crowd, OfTwoIsJudged) {
  start();
  for (const auto& device : bench_.in_state(id_, MemberState::Ordered)) bench_.accept(device);
  silence(2);
  bench_.pass(700);
  EXPECT_EQ(bench_.state(id_), RolloutState::Halted);
  EXPECT_EQ(bench_.state(id_, "esp-00"), MemberState::Unresponsive);
}

TEST_F(Crowd, ThatRebootsIsNoSilentCrowd) {
  start();
  for (const auto& device : bench_.in_state(id_, MemberState::Ordered)) {
    bench_.accept(device);
    bench_.report(device, UpdateState::Armed);
  }
  silence(6);
  bench_.pass(500);
  EXPECT_EQ(bench_.in_state(id_, MemberState::Lost).size(), 6U);
}

TEST_F(Crowd, ThatNeverReturnsIsTakenForOfflineAfterAnHour) {
  start();
  for (const auto& device : bench_.in_state(id_, MemberState::Ordered)) bench_.accept(device);
  silence(4);
  bench_.pass(3800);
  EXPECT_EQ(bench_.state(id_), RolloutState::Paused);
  EXPECT_EQ(bench_.fleet->rollout(id_)->reason, RolloutReason::BrokerUnstable);
  EXPECT_FALSE(bench_.fleet->device("esp-00")->online);
  EXPECT_TRUE(bench_.fleet->device("esp-05")->online);
  EXPECT_EQ(bench_.fleet->judging_stands_still(bench_.now), "") << "time goes on for the others";
}

TEST_F(Crowd, GetsNoNewOrdersMeanwhile) {
  silence(3);
  bench_.pass(70);
  start();
  bench_.pass(30);
  EXPECT_TRUE(bench_.in_state(id_, MemberState::Ordered).empty());
  bench_.silent.clear();
  bench_.pass(60);
  EXPECT_EQ(bench_.in_state(id_, MemberState::Ordered).size(), 6U);
}

TEST_F(Deadlines, ASleeperIsJudgedByItsOwnInterval) {
  bench_.boards["esp-00"].next_heartbeat_seconds = 600;
  bench_.beat("esp-00");
  bench_.silent.insert("esp-00");
  bench_.pass(1700);
  EXPECT_TRUE(bench_.fleet->device("esp-00")->online);
  bench_.pass(200);
  EXPECT_FALSE(bench_.fleet->device("esp-00")->online);
}

}  // namespace
}  // namespace flotilla::core
