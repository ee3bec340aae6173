// Orders: sequences, expiry, repetition, and what is answered to an attempt that is not in force.
#include <gtest/gtest.h>

#include "tests/unit/core/fleet_bench.h"

namespace flotilla::core {
namespace {

class Orders : public testing::Test {
 protected:
  void start() { id_ = bench_.start(make_spec("1.1.0", {{100, true}})); }
  const Order* order() { return bench_.fleet->desired_order("esp-00"); }
  const Device& device() { return *bench_.fleet->device("esp-00"); }
  Heartbeat& board() { return bench_.boards.at("esp-00"); }
  Bench bench_{1};
  RolloutId id_ = 0;
};

TEST_F(Orders, CarryTheRolloutsTerms) {
  start();
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->kind, OrderKind::Install);
  EXPECT_EQ(order()->release, "1.1.0");
  EXPECT_EQ(order()->sequence, 1U);
  EXPECT_EQ(order()->trust_version, 1U);
  EXPECT_EQ(order()->expires_at - order()->issued_at, 3600);
  EXPECT_EQ(order()->trial_seconds, 300U);
  EXPECT_EQ(bench_.fleet->fetchable("esp-00")->version, "1.1.0");
  EXPECT_EQ(bench_.published("esp-00"), 1);
}

TEST_F(Orders, ADeviceSeenFirstIsAdoptedSilently) {
  Heartbeat newcomer = board();
  newcomer.last_sequence = 4000;
  bench_.boards["esp-new"] = newcomer;
  bench_.beat("esp-new");
  EXPECT_EQ(bench_.fleet->device("esp-new")->sequence, 4000U);
  EXPECT_FALSE(bench_.has_history("sequence", "esp-new"));
}

TEST_F(Orders, ASequenceAboveOursIsAdoptedAndTheRolloutPausedOnce) {
  start();
  board().last_sequence = 50;
  bench_.beat("esp-00");
  EXPECT_EQ(bench_.state(id_), RolloutState::Paused);
  EXPECT_EQ(bench_.fleet->rollout(id_)->reason, RolloutReason::StateFromBackup);
  EXPECT_EQ(order(), nullptr) << "not accepted, so taken back";
  ASSERT_TRUE(bench_.resume(id_).ok());
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->sequence, 51U);
  bench_.pass(60);
  EXPECT_EQ(bench_.state(id_), RolloutState::Running) << "once";
}

TEST_F(Orders, AnAcceptedOrderIsPublishedAboveAnAdoptedSequence) {
  start();
  bench_.accept("esp-00");
  board().last_sequence = 50;
  bench_.beat("esp-00");
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->sequence, 51U);
  EXPECT_EQ(bench_.state(id_), RolloutState::Paused);
  bench_.confirm("esp-00");
  EXPECT_EQ(bench_.state(id_, "esp-00"), MemberState::Soaking);
}

TEST_F(Orders, AJumpTooFarQuarantinesThatDeviceOnly) {
  start();
  board().last_sequence = 2 + (1U << 20U);
  bench_.beat("esp-00");
  EXPECT_EQ(device().sequence, 1U) << "not adopted";
  EXPECT_EQ(bench_.state(id_, "esp-00"), MemberState::Skipped);
  EXPECT_EQ(bench_.fleet->member(id_, "esp-00")->skip, SkipReason::Quarantined);
  EXPECT_EQ(order(), nullptr);
  EXPECT_NE(bench_.fleet->why("esp-00", bench_.now).find("quarantined"), std::string::npos);
  EXPECT_TRUE(bench_.has_history("quarantine", "sequence"));
}

TEST_F(Orders, ASequenceOfAnotherTrustVersionSaysNothing) {
  start();
  board().trust_version = 2;
  board().last_sequence = 50;
  bench_.beat("esp-00");
  EXPECT_EQ(device().sequence, 1U);
  EXPECT_EQ(bench_.state(id_), RolloutState::Running);
}

TEST_F(Orders, AStaleSequenceIsSignedAnewAboveIt) {
  start();
  const auto attempt = order()->attempt;
  bench_.refuse("esp-00", Reason::StaleSequence);
  EXPECT_EQ(order()->sequence, 2U);
  EXPECT_EQ(order()->attempt, attempt);
  bench_.beat("esp-00");
  EXPECT_EQ(order()->sequence, 2U) << "the refusal was of the one before";
}

TEST_F(Orders, AnExpiredOneIsRenewedButNotForEver) {
  start();
  bench_.refuse("esp-00", Reason::Expired);
  EXPECT_EQ(order()->sequence, 1U) << "not at once: the device may just not know the time yet";
  for (int i = 0; i < 2; ++i) {
    board().refused_sequence = order()->sequence;
    bench_.pass(95);
  }
  EXPECT_EQ(order()->sequence, 3U);
  bench_.refuse("esp-00", Reason::Expired);
  EXPECT_EQ(bench_.state(id_, "esp-00"), MemberState::Refused);
  EXPECT_EQ(bench_.fleet->member(id_, "esp-00")->why, Reason::Expired);
}

TEST_F(Orders, ABusyDeviceIsAskedAgain) {
  start();
  const auto attempt = order()->attempt;
  bench_.refuse("esp-00", Reason::Busy);
  bench_.pass(5);
  ASSERT_NE(order(), nullptr);
  EXPECT_NE(order()->attempt, attempt);
  EXPECT_EQ(bench_.state(id_, "esp-00"), MemberState::Ordered);
}

TEST_F(Orders, AreRepeatedWhereTheDeviceDoesNotSeemToHaveThem) {
  start();
  bench_.pass(60);
  EXPECT_EQ(bench_.published("esp-00"), 1);
  bench_.pass(60);
  EXPECT_EQ(bench_.published("esp-00"), 2);
}

TEST_F(Orders, InForceArePublishedAgainWhenTheBrokerIsBack) {
  start();
  bench_.accept("esp-00");
  bench_.report("esp-00", UpdateState::Trial);
  bench_.broker_down();
  bench_.broker_up();
  EXPECT_EQ(bench_.published("esp-00"), 2);
  bench_.confirm("esp-00");
  const auto after = bench_.published("esp-00");
  bench_.broker_down();
  bench_.broker_up();
  EXPECT_EQ(bench_.published("esp-00"), after) << "the attempt is at its end, the topic empty";
}

TEST_F(Orders, AnUnknownAttemptIsCancelled) {
  board().attempt_id = 900;
  bench_.report("esp-00", UpdateState::Downloading);
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->kind, OrderKind::Cancel);
  EXPECT_EQ(order()->attempt, 900U);
  EXPECT_EQ(bench_.fleet->fetchable("esp-00"), nullptr);
  bench_.beat("esp-00");
  EXPECT_EQ(order()->sequence, 1U) << "once is enough";
  bench_.report("esp-00", UpdateState::Failed, Reason::Cancelled);
  EXPECT_EQ(order(), nullptr);
  EXPECT_GT(bench_.fleet->meta().next_attempt, 900U) << "its number must not come round again";
}

TEST_F(Orders, AnUnknownAttemptPastTheResetIsLeftAlone) {
  board().attempt_id = 900;
  bench_.report("esp-00", UpdateState::Trial);
  EXPECT_EQ(order(), nullptr);
}

TEST_F(Orders, ACancelTheDeviceDoesNotKnowIsDropped) {
  board().attempt_id = 900;
  bench_.report("esp-00", UpdateState::Downloading);
  bench_.refuse("esp-00", Reason::StaleSequence);
  EXPECT_EQ(order()->sequence, 2U);
  bench_.refuse("esp-00", Reason::WrongAttempt);
  bench_.pass(0);
  board().attempt_id = 0;
  bench_.report("esp-00", UpdateState::Idle);
  EXPECT_EQ(order(), nullptr);
}

TEST_F(Orders, NothingIsSignedWithoutATrustedClock) {
  bench_.now.wall_trusted = false;
  start();
  bench_.pass(60);
  EXPECT_EQ(order(), nullptr);
  EXPECT_EQ(bench_.state(id_, "esp-00"), MemberState::Ready);
  EXPECT_EQ(bench_.fleet->rollout(id_)->reason, RolloutReason::ClockUntrusted);
  EXPECT_NE(bench_.fleet->why("esp-00", bench_.now).find("clock"), std::string::npos);
  bench_.now.wall_trusted = true;
  bench_.pass(5);
  EXPECT_NE(order(), nullptr);
  EXPECT_EQ(bench_.fleet->rollout(id_)->reason, RolloutReason::None);
}

TEST_F(Orders, NothingGoesOutWhileTheBrokerIsAway) {
  bench_.broker_down();
  start();
  bench_.pass(30);
  EXPECT_EQ(order(), nullptr);
  bench_.broker_up();
  bench_.pass(5);
  EXPECT_NE(order(), nullptr);
}

TEST_F(Orders, AnAttemptNumberIsNeverTheOneTheDeviceReports) {
  board().attempt_id = 1;  // from another database; at its end
  bench_.report("esp-00", UpdateState::RolledBack, Reason::SelfTest);
  start();
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->attempt, 2U);
  bench_.beat("esp-00");
  EXPECT_EQ(bench_.state(id_, "esp-00"), MemberState::Ordered);
}

}  // namespace
}  // namespace flotilla::core
