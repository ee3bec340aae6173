// Refusals that pass by themselves, and boards that can take no image at all.
#include <gtest/gtest.h>

#include "tests/unit/core/fleet_bench.h"

namespace flotilla::core {
namespace {

class Hindrance : public testing::TestWithParam<Reason> {
 protected:
  void start() { id_ = bench_.start(make_spec("1.1.0", {{100, true}})); }
  const Order* order() { return bench_.fleet->desired_order("esp-00"); }
  const Member& member() { return *bench_.fleet->member(id_, "esp-00"); }
  Bench bench_{1};
  RolloutId id_ = 0;
};

INSTANTIATE_TEST_SUITE_P(Reasons, Hindrance, testing::Values(Reason::Unfit, Reason::LowMemory, Reason::NoTime),
                         [](const auto& given) { return std::string{to_string(given.param)}; });

TEST_P(Hindrance, IsWaitedForAndIsNoFailure) {
  start();
  const Order first = *order();
  bench_.refuse("esp-00", GetParam());
  EXPECT_EQ(member().state, MemberState::Ordered);
  EXPECT_EQ(member().why, GetParam());
  EXPECT_EQ(member().attempts, 1U);
  ASSERT_NE(order(), nullptr) << "it stays retained";
  EXPECT_NE(bench_.fleet->why("esp-00", bench_.now).find(std::string{explain(GetParam())}), std::string::npos);
  bench_.pass(1800);  // far beyond the time for acceptance
  EXPECT_EQ(member().state, MemberState::Ordered);
  EXPECT_EQ(bench_.state(id_), RolloutState::Running);
  EXPECT_EQ(order()->attempt, first.attempt);
  bench_.confirm("esp-00");
  EXPECT_EQ(member().state, MemberState::Soaking);
  EXPECT_EQ(member().why, Reason::None);
}

TEST_P(Hindrance, IsAskedAgainWithoutHammering) {
  start();
  bench_.refuse("esp-00", GetParam());
  const int before = bench_.published("esp-00");
  bench_.pass(60);
  EXPECT_EQ(bench_.published("esp-00"), before);
  bench_.pass(840);
  const int asked = bench_.published("esp-00") - before;
  EXPECT_GE(asked, 2);
  EXPECT_LE(asked, GetParam() == Reason::NoTime ? 14 : 3);
  EXPECT_EQ(order()->sequence, 1U) << "the refused sequence is not spent, so it is not signed anew";
}

TEST_P(Hindrance, IsNotWaitedForForEver) {
  start();
  bench_.refuse("esp-00", GetParam());
  bench_.pass(3500);
  EXPECT_EQ(member().state, MemberState::Ordered);
  bench_.pass(150);
  EXPECT_EQ(member().state, MemberState::Skipped);
  EXPECT_EQ(member().skip, SkipReason::Busy);
  EXPECT_EQ(member().why, GetParam());
  EXPECT_EQ(order(), nullptr);
  EXPECT_NE(bench_.state(id_), RolloutState::Running);
  EXPECT_NE(bench_.fleet->rollout(id_)->reason, RolloutReason::FailureLimit);
}

TEST_P(Hindrance, OutlivesARestart) {
  start();
  bench_.refuse("esp-00", GetParam());
  bench_.pass(600);
  bench_.restart();
  bench_.pass(1200);
  EXPECT_EQ(member().state, MemberState::Ordered);
  EXPECT_EQ(member().why, GetParam());
  EXPECT_EQ(bench_.ledger.difference(*bench_.fleet), "");
}

TEST_P(Hindrance, IsForgottenByAPause) {
  start();
  bench_.refuse("esp-00", GetParam());
  ASSERT_TRUE(bench_.pause(id_).ok());
  ASSERT_TRUE(bench_.resume(id_).ok());
  EXPECT_EQ(member().why, Reason::None);
  ASSERT_NE(order(), nullptr);
  EXPECT_EQ(order()->sequence, 2U);
}

class NoSlots : public testing::Test {
 protected:
  void lose_slots(const std::string& id) {
    bench_.boards.at(id).local_rollback = false;
    bench_.beat(id);
  }
  Bench bench_{3};
};

TEST_F(NoSlots, DevicesAreSkippedByName) {
  lose_slots("esp-01");
  const auto id = bench_.start(make_spec("1.1.0", {{100, true}}));
  const Member& member = *bench_.fleet->member(id, "esp-01");
  EXPECT_EQ(member.state, MemberState::Skipped);
  EXPECT_EQ(member.skip, SkipReason::Unsuitable);
  EXPECT_EQ(member.why, Reason::NoSlots);
  for (const std::string other : {"esp-00", "esp-02"}) bench_.confirm(other);
  bench_.pass(120);
  EXPECT_EQ(bench_.state(id), RolloutState::Completed);
}

TEST_F(NoSlots, ARolloutThatNobodyCouldTakeIsRefused) {
  for (const std::string id : {"esp-00", "esp-01", "esp-02"}) lose_slots(id);
  const auto refused = bench_.try_start(make_spec("1.1.0", {{100, true}}));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
  EXPECT_NE(refused.error().message.find("esp-00, esp-01, esp-02"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(bench_.fleet->rollouts().empty());
}

TEST_F(NoSlots, IsNoFailureWhereOnlyTheRefusalTells) {
  const auto id = bench_.start(make_spec("1.1.0", {{100, true}}));
  bench_.refuse("esp-01", Reason::NoSlots);
  const Member& member = *bench_.fleet->member(id, "esp-01");
  EXPECT_EQ(member.state, MemberState::Skipped);
  EXPECT_EQ(member.skip, SkipReason::Unsuitable);
  EXPECT_EQ(bench_.fleet->desired_order("esp-01"), nullptr);
  bench_.pass(10);
  EXPECT_EQ(bench_.state(id), RolloutState::Running);
}

}  // namespace
}  // namespace flotilla::core
