// A rollout from its start to its end: waves, gates, limits.
#include <gtest/gtest.h>

#include "tests/unit/core/fleet_bench.h"

namespace flotilla::core {
namespace {

const std::vector<WaveSize> kCanaryThenAll = {{1, false}, {100, true}};

TEST(Rollout, GoesFromTheCanaryToEverybody) {
  Bench bench(5);
  const auto id = bench.start(make_spec("1.1.0", kCanaryThenAll));
  const auto canary = bench.only(id, MemberState::Ordered);
  ASSERT_NE(canary, "");
  EXPECT_EQ(bench.in_state(id, MemberState::Waiting).size(), 4U);
  EXPECT_EQ(bench.fleet->member(id, canary)->previous_version, "1.0.0");

  bench.confirm(canary);
  EXPECT_EQ(bench.state(id, canary), MemberState::Soaking);
  bench.pass(50);
  EXPECT_EQ(bench.state(id, canary), MemberState::Soaking) << "not for the soak time yet";
  bench.pass(20);
  EXPECT_EQ(bench.state(id, canary), MemberState::Succeeded);
  const auto rest = bench.in_state(id, MemberState::Ordered);
  ASSERT_EQ(rest.size(), 4U);
  for (const auto& device : rest) bench.confirm(device);
  bench.pass(70);
  EXPECT_EQ(bench.state(id), RolloutState::Completed);
  EXPECT_GT(bench.fleet->rollout(id)->ended_at, 0);
  EXPECT_EQ(bench.ledger.difference(*bench.fleet), "");
}

TEST(Rollout, HaltsAtTheFailureLimitAndNamesTheDevice) {
  Bench bench(5);
  const auto id = bench.start(make_spec("1.1.0", kCanaryThenAll));
  const auto canary = bench.only(id, MemberState::Ordered);
  bench.roll_back(canary, Reason::SelfTest);
  bench.pass(5);
  EXPECT_EQ(bench.state(id), RolloutState::Halted);
  EXPECT_EQ(bench.fleet->rollout(id)->reason, RolloutReason::FailureLimit);
  EXPECT_NE(bench.fleet->rollout(id)->reason_text.find(canary), std::string::npos);
  EXPECT_NE(bench.fleet->rollout(id)->reason_text.find("SelfTest"), std::string::npos);
  EXPECT_EQ(bench.fleet->member(id, canary)->why, Reason::SelfTest);
  EXPECT_EQ(bench.in_state(id, MemberState::Waiting).size(), 4U) << "the others never see it";
}

TEST(Rollout, TakesBackUnacceptedOrdersWhenItHalts) {
  Bench bench(4);
  const auto id = bench.start(make_spec("1.1.0", {{100, true}}));
  const auto ordered = bench.in_state(id, MemberState::Ordered);
  ASSERT_EQ(ordered.size(), 4U);
  bench.accept(ordered[1]);
  bench.roll_back(ordered[0], Reason::Crash);
  bench.pass(5);
  ASSERT_EQ(bench.state(id), RolloutState::Halted);
  EXPECT_NE(bench.fleet->desired_order(ordered[1]), nullptr) << "accepted: it runs to its end";
  EXPECT_NE(bench.fleet->fetchable(ordered[1]), nullptr);
  for (const auto& device : {ordered[2], ordered[3]}) {
    EXPECT_EQ(bench.fleet->desired_order(device), nullptr);
    EXPECT_EQ(bench.fleet->fetchable(device), nullptr);
    EXPECT_EQ(bench.published(device), 2) << "the order, and the emptied topic";
    EXPECT_EQ(bench.state(id, device), MemberState::Ready);
  }
  bench.confirm(ordered[1]);
  bench.pass(70);
  EXPECT_EQ(bench.state(id, ordered[1]), MemberState::Succeeded) << "still recorded";
  EXPECT_EQ(bench.state(id), RolloutState::Halted);
}

TEST(Rollout, HaltsWhenAWaveIsDecidedBelowItsThreshold) {
  Bench bench(4);
  auto spec = make_spec("1.1.0", {{2, false}, {100, true}});
  spec.policy.failure_limit = 3;
  const auto id = bench.start(spec);
  const auto wave = bench.in_state(id, MemberState::Ordered);
  ASSERT_EQ(wave.size(), 2U);
  bench.confirm(wave[0]);
  bench.roll_back(wave[1], Reason::SelfTest);
  bench.pass(70);
  EXPECT_EQ(bench.state(id), RolloutState::Halted);
  EXPECT_EQ(bench.fleet->rollout(id)->reason, RolloutReason::ThresholdNotReached);
}

TEST(Rollout, ASlowDeviceDoesNotBlockAWaveThatReachedItsThreshold) {
  Bench bench(4);
  auto spec = make_spec("1.1.0", {{2, false}, {100, true}});
  spec.policy.success_percent = 50;
  const auto id = bench.start(spec);
  const auto wave = bench.in_state(id, MemberState::Ordered);
  bench.accept(wave[1]);
  bench.confirm(wave[0]);
  bench.pass(70);
  EXPECT_EQ(bench.fleet->rollout(id)->open_wave, 1U);
  EXPECT_EQ(bench.in_state(id, MemberState::Ordered).size(), 2U);
  EXPECT_EQ(bench.state(id, wave[1]), MemberState::Working);
}

TEST(Rollout, ReplacesAnOfflineCanaryByTheNextInTheDraw) {
  Bench bench(4);
  auto spec = make_spec("1.1.0", kCanaryThenAll);
  const auto first = bench.start(spec);
  const auto canary = bench.only(first, MemberState::Ordered);
  ASSERT_TRUE(bench.abort(first).ok());
  bench.silent.insert(canary);
  bench.pass(1000);
  const auto id = bench.start(spec);  // another draw: wait until it is that device's turn
  bench.pass(10);
  EXPECT_NE(bench.only(id, MemberState::Ordered), canary);
  for (int i = 0; i < 3; ++i) {
    for (const auto& device : bench.in_state(id, MemberState::Ordered)) bench.confirm(device);
    bench.pass(70);
  }
  EXPECT_EQ(bench.state(id, canary), MemberState::Skipped);
  EXPECT_EQ(bench.fleet->member(id, canary)->skip, SkipReason::Offline);
  EXPECT_EQ(bench.state(id), RolloutState::Completed) << "an offline device never blocks";
}

TEST(Rollout, AnOfflineCanaryIsWaitedForBeforeItIsReplaced) {
  Bench bench(3);
  bench.silent = {"esp-00", "esp-01"};
  bench.pass(120);  // two of three: no crowd of three, so they are judged
  auto spec = make_spec("1.1.0", {{1, false}});
  spec.devices = {"esp-00", "esp-02"};
  const auto id = bench.start(spec);
  if (bench.fleet->member(id, "esp-00")->rank == 0) {
    EXPECT_EQ(bench.state(id, "esp-00"), MemberState::Ready);
    bench.pass(900);
    EXPECT_EQ(bench.state(id, "esp-00"), MemberState::Skipped);
  }
  EXPECT_EQ(bench.state(id, "esp-02"), MemberState::Ordered);
}

TEST(Rollout, LimitsHowManyMoveAtOnce) {
  Bench bench(5);
  auto spec = make_spec("1.1.0", {{100, true}});
  spec.policy.at_once = 2;
  const auto id = bench.start(spec);
  auto moving = bench.in_state(id, MemberState::Ordered);
  ASSERT_EQ(moving.size(), 2U);
  bench.confirm(moving[0]);
  bench.pass(5);
  EXPECT_EQ(bench.in_state(id, MemberState::Ordered).size(), 2U) << "a soaking device makes room";
  EXPECT_EQ(bench.in_state(id, MemberState::Ready).size(), 2U);
}

TEST(Rollout, CompletesAtOnceWhereEverybodyRunsItAlready) {
  Bench bench(3);
  const auto id = bench.start(make_spec("1.0.0", kCanaryThenAll));
  EXPECT_EQ(bench.state(id), RolloutState::Completed);
  for (const Member* member : bench.fleet->members(id)) EXPECT_EQ(member->skip, SkipReason::RunsItAlready);
}

TEST(Rollout, HaltsWhereEverybodyWasSkippedForAnotherReason) {
  Bench bench(2);
  bench.silent = {"esp-00", "esp-01"};
  bench.pass(1200);
  const auto id = bench.start(make_spec("1.1.0", kCanaryThenAll));
  bench.pass(10);
  EXPECT_EQ(bench.state(id), RolloutState::Halted);
  EXPECT_EQ(bench.fleet->rollout(id)->reason, RolloutReason::ThresholdNotReached);
}

TEST(Rollout, WithdrawsThoseBehindTheLastWave) {
  Bench bench(4);
  const auto id = bench.start(make_spec("1.1.0", {{1, false}}));
  bench.confirm(bench.only(id, MemberState::Ordered));
  bench.pass(70);
  EXPECT_EQ(bench.state(id), RolloutState::Completed);
  EXPECT_EQ(bench.in_state(id, MemberState::Withdrawn).size(), 3U);
}

TEST(Rollout, PercentagesCountThoseThatAreToChange) {
  Bench bench(10);
  for (int i = 0; i < 8; ++i) bench.boards["esp-0" + std::to_string(i)].running_sha256 = digest_of("1.1.0");
  bench.pass(30);
  const auto id = bench.start(make_spec("1.1.0", {{50, true}, {100, true}}));
  EXPECT_EQ(bench.fleet->rollout(id)->targets, 2U);
  EXPECT_EQ(bench.in_state(id, MemberState::Ordered).size(), 1U);
}

}  // namespace
}  // namespace flotilla::core
