// What operators do: announce, add, start, pause, resume, abort; and what is refused to them.
#include <gtest/gtest.h>

#include "tests/unit/core/fleet_bench.h"

namespace flotilla::core {
namespace {

class Operators : public testing::Test {
 protected:
  Result<Unit, Error> add(const Release& release) {
    return bench_.call([&](Fleet& f, const Now& n, Effects& o) { return f.add_release(release, n, o); });
  }
  Result<Unit, Error> announce(const DeviceSpec& spec) {
    return bench_.call([&](Fleet& f, const Now& n, Effects& o) { return f.announce(spec, "alice", n, o); });
  }
  Bench bench_{4};
};

TEST_F(Operators, AVersionNeverChanges) {
  EXPECT_TRUE(add(make_release("1.1.0", 2)).ok()) << "equal content is there already";
  auto other = make_release("1.1.0", 2);
  other.manifest.image_sha256 = digest_of("other");
  const auto refused = add(other);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(bench_.fleet->release("1.1.0")->manifest.image_sha256, digest_of("1.1.0"));
}

TEST_F(Operators, AReleaseThatIsNoneIsRefused) {
  auto release = make_release("1.3.0", 4);
  release.version = "1.3";
  EXPECT_EQ(add(release).error().code, ErrorCode::InvalidArgument);
  release.version = "1.4.0";
  EXPECT_EQ(add(release).error().code, ErrorCode::Corrupt);
}

TEST_F(Operators, ReleasesAreListedByPrecedence) {
  ASSERT_TRUE(add(make_release("1.10.0", 9)).ok());
  ASSERT_TRUE(add(make_release("1.10.0-rc.1", 8)).ok());
  const auto all = bench_.fleet->releases();
  ASSERT_EQ(all.size(), 5U);
  EXPECT_EQ(all[0]->version, "1.10.0");
  EXPECT_EQ(all[1]->version, "1.10.0-rc.1");
  EXPECT_EQ(all[4]->version, "1.0.0");
}

TEST_F(Operators, AnAnnouncedDeviceIsKnownBeforeItIsHeard) {
  ASSERT_TRUE(announce({.id = "esp-90", .hardware = "d1-mini", .labels = {{"room", "attic"}}}).ok());
  EXPECT_EQ(bench_.fleet->device("esp-90")->labels.at("room"), "attic");
  EXPECT_NE(bench_.fleet->why("esp-90", bench_.now).find("never heard"), std::string::npos);
  EXPECT_EQ(announce({.id = "_flotillad", .hardware = "", .labels = {}}).error().code, ErrorCode::InvalidArgument);
}

struct BadStart {
  const char* name;
  RolloutSpec spec;
  ErrorCode code;
};
TEST_F(Operators, StartsThatCannotBeMeantAreRefused) {
  auto unknown_device = make_spec("1.1.0", {{100, true}});
  unknown_device.devices = {"esp-77"};
  auto other = make_release("3.0.0", 9);
  other.manifest.product = Name{"lamp"};
  ASSERT_TRUE(add(other).ok());
  const BadStart rows[] = {
      {.name = "unknown release", .spec = make_spec("9.9.9", {{100, true}}), .code = ErrorCode::NotFound},
      {.name = "no waves", .spec = make_spec("1.1.0", {}), .code = ErrorCode::InvalidArgument},
      {.name = "unknown device", .spec = unknown_device, .code = ErrorCode::NotFound},
      {.name = "no target", .spec = make_spec("3.0.0", {{100, true}}), .code = ErrorCode::InvalidArgument},
  };
  for (const auto& row : rows) {
    const auto started = bench_.try_start(row.spec);
    ASSERT_FALSE(started.ok()) << row.name;
    EXPECT_EQ(started.error().code, row.code) << row.name;
    EXPECT_FALSE(started.error().hint.empty()) << row.name;
  }
  EXPECT_TRUE(bench_.fleet->rollouts().empty());
  EXPECT_EQ(bench_.fleet->meta().next_rollout, 1U);
}

TEST_F(Operators, TwoRolloutsMayNotWantOneDevice) {
  const auto first = bench_.start(make_spec("1.1.0", {{1, false}, {100, true}}));
  const auto second = bench_.try_start(make_spec("1.2.0", {{100, true}}));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_NE(second.error().message.find("rollout " + std::to_string(first)), std::string::npos);
  ASSERT_TRUE(bench_.pause(first).ok());
  EXPECT_FALSE(bench_.try_start(make_spec("1.2.0", {{100, true}})).ok()) << "a paused one holds its devices";
  ASSERT_TRUE(bench_.abort(first).ok());
  EXPECT_TRUE(bench_.try_start(make_spec("1.2.0", {{100, true}})).ok());
}

TEST_F(Operators, AHaltedRolloutHoldsNobodyButMayNotComeBackInto) {
  const auto first = bench_.start(make_spec("1.1.0", {{1, false}, {100, true}}));
  bench_.roll_back(bench_.only(first, MemberState::Ordered), Reason::SelfTest);
  bench_.pass(5);
  ASSERT_EQ(bench_.state(first), RolloutState::Halted);
  bench_.start(make_spec("1.2.0", {{100, true}}));
  const auto resumed = bench_.resume(first);
  ASSERT_FALSE(resumed.ok());
  EXPECT_EQ(resumed.error().code, ErrorCode::Conflict);
}

TEST_F(Operators, PauseTakesBackWhatWasNotAcceptedAndResumeGoesOn) {
  const auto id = bench_.start(make_spec("1.1.0", {{100, true}}));
  const auto ordered = bench_.in_state(id, MemberState::Ordered);
  bench_.accept(ordered[0]);
  ASSERT_TRUE(bench_.pause(id).ok());
  EXPECT_EQ(bench_.fleet->rollout(id)->reason, RolloutReason::ByOperator);
  EXPECT_NE(bench_.fleet->desired_order(ordered[0]), nullptr);
  EXPECT_EQ(bench_.fleet->desired_order(ordered[1]), nullptr);
  bench_.pass(2000);
  EXPECT_EQ(bench_.in_state(id, MemberState::Ready).size(), 3U) << "no orders, no judgement while it is paused";
  ASSERT_FALSE(bench_.pause(id).ok());
  ASSERT_TRUE(bench_.abort(id).ok());
}

TEST_F(Operators, ResumeOrdersThoseThatWereTakenBack) {
  const auto id = bench_.start(make_spec("1.1.0", {{100, true}}));
  ASSERT_TRUE(bench_.pause(id).ok());
  bench_.pass(30);
  ASSERT_TRUE(bench_.resume(id).ok());
  const auto ordered = bench_.in_state(id, MemberState::Ordered);
  ASSERT_EQ(ordered.size(), 4U);
  EXPECT_EQ(bench_.fleet->member(id, ordered[0])->attempts, 1U) << "an order without effect was no attempt";
  EXPECT_EQ(bench_.fleet->desired_order(ordered[0])->sequence, 2U);
}

TEST_F(Operators, AnOrderAcceptedAfterItWasTakenBackIsCancelled) {
  const auto id = bench_.start(make_spec("1.1.0", {{100, true}}));
  const auto device = bench_.in_state(id, MemberState::Ordered)[0];
  const Order taken_back = *bench_.fleet->desired_order(device);
  ASSERT_TRUE(bench_.pause(id).ok());
  bench_.boards[device].attempt_id = taken_back.attempt;
  bench_.boards[device].last_sequence = taken_back.sequence;
  bench_.report(device, UpdateState::Downloading);
  ASSERT_NE(bench_.fleet->desired_order(device), nullptr);
  EXPECT_EQ(bench_.fleet->desired_order(device)->kind, OrderKind::Cancel);
  EXPECT_EQ(bench_.state(id, device), MemberState::Ready);
}

TEST_F(Operators, AbortCancelsWhatIsNotArmed) {
  const auto id = bench_.start(make_spec("1.1.0", {{100, true}}));
  const auto ordered = bench_.in_state(id, MemberState::Ordered);
  bench_.accept(ordered[0]);
  bench_.accept(ordered[1]);
  bench_.report(ordered[1], UpdateState::Armed);
  ASSERT_TRUE(bench_.abort(id).ok());
  EXPECT_EQ(bench_.fleet->desired_order(ordered[0])->kind, OrderKind::Cancel);
  EXPECT_EQ(bench_.fleet->desired_order(ordered[1])->kind, OrderKind::Install) << "armed: it runs to its end";
  EXPECT_EQ(bench_.in_state(id, MemberState::Withdrawn).size(), 2U);
  bench_.report(ordered[0], UpdateState::Failed, Reason::Cancelled);
  EXPECT_EQ(bench_.state(id, ordered[0]), MemberState::Withdrawn);
  EXPECT_EQ(bench_.fleet->desired_order(ordered[0]), nullptr);
  EXPECT_FALSE(bench_.resume(id).ok()) << "final";
}

TEST_F(Operators, ResumingAHaltedRolloutForgivesTheFailuresSoFar) {
  const auto id = bench_.start(make_spec("1.1.0", {{1, false}, {100, true}}));
  const auto canary = bench_.only(id, MemberState::Ordered);
  bench_.roll_back(canary, Reason::SelfTest);
  bench_.pass(5);
  ASSERT_TRUE(bench_.resume(id).ok());
  EXPECT_EQ(bench_.state(id), RolloutState::Running);
  EXPECT_EQ(bench_.fleet->member(id, canary)->skip, SkipReason::Forgiven);
  EXPECT_EQ(bench_.state(id, canary), MemberState::RolledBack) << "still what it is";
  const auto next = bench_.only(id, MemberState::Ordered);
  EXPECT_NE(next, "") << "its place goes to the next in the draw";
  bench_.roll_back(next, Reason::SelfTest);
  bench_.pass(5);
  EXPECT_EQ(bench_.state(id), RolloutState::Halted) << "new failures count";
}

TEST_F(Operators, AnImageThatCannotBeUsedHalts) {
  const auto id = bench_.start(make_spec("1.1.0", {{100, true}}));
  bench_.call([](Fleet& f, const Now& n, Effects& o) {
    f.image_unusable(digest_of("1.1.0"), "the bytes on disk do not have the digest", n, o);
    return 0;
  });
  EXPECT_EQ(bench_.state(id), RolloutState::Halted);
  EXPECT_EQ(bench_.fleet->rollout(id)->reason, RolloutReason::ImageUnusable);
  EXPECT_EQ(bench_.fleet->desired_order("esp-00"), nullptr);
}

TEST_F(Operators, EveryActionNamesItsActor) {
  const auto id = bench_.start(make_spec("1.1.0", {{100, true}}));
  ASSERT_TRUE(bench_.pause(id).ok());
  int by_alice = 0;
  for (const auto& entry : bench_.history)
    by_alice += static_cast<int>(entry.actor == "alice" && entry.event == "rollout");
  EXPECT_EQ(by_alice, 2);
}

}  // namespace
}  // namespace flotilla::core
