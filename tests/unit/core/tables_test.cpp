// The transition tables: what is in them, and that nothing else is.
#include <set>
#include <utility>

#include <gtest/gtest.h>

#include "daemon/core/member_table.h"
#include "daemon/core/names.h"
#include "daemon/core/rollout_table.h"

namespace flotilla::core {
namespace {

template <typename Row>
void expect_unique(const Row* rows, std::size_t count) {
  std::set<std::pair<int, int>> seen;
  for (std::size_t i = 0; i < count; ++i) {
    const auto key = std::make_pair(static_cast<int>(rows[i].from), static_cast<int>(rows[i].event));
    EXPECT_TRUE(seen.insert(key).second) << to_string(rows[i].from) << " + " << to_string(rows[i].event);
    EXPECT_EQ(next(rows[i].from, rows[i].event), rows[i].to);
  }
}

TEST(RolloutTable, HasEachPairOnce) {
  std::size_t count = 0;
  const auto* rows = rollout_transitions(count);
  EXPECT_EQ(count, 10U);
  expect_unique(rows, count);
}

TEST(MemberTable, HasEachPairOnce) {
  std::size_t count = 0;
  const auto* rows = member_transitions(count);
  EXPECT_GT(count, 50U);
  expect_unique(rows, count);
}

TEST(RolloutTable, HasNoWayOutOfAnEnd) {
  for (const auto state : {RolloutState::Completed, RolloutState::Aborted, RolloutState::Reverted}) {
    for (int event = 0; event <= static_cast<int>(RolloutEvent::Abort); ++event) {
      EXPECT_FALSE(next(state, static_cast<RolloutEvent>(event))) << to_string(state);
    }
  }
}

TEST(RolloutTable, EveryStateThatDecidesCanBeLeft) {
  for (const auto state : {RolloutState::Running, RolloutState::Paused, RolloutState::Halted}) {
    EXPECT_EQ(next(state, RolloutEvent::Abort), RolloutState::Aborted);
  }
  EXPECT_TRUE(holds_devices(RolloutState::Paused));
  EXPECT_FALSE(holds_devices(RolloutState::Halted));
}

struct Missing {
  const char* name;
  MemberState state;
  MemberEvent event;
};
void PrintTo(const Missing& row, std::ostream* out) { *out << row.name; }
class NotInTheMemberTable : public testing::TestWithParam<Missing> {};
TEST_P(NotInTheMemberTable, IsRefused) { EXPECT_FALSE(next(GetParam().state, GetParam().event)); }
INSTANTIATE_TEST_SUITE_P(
    Rows, NotInTheMemberTable,
    testing::Values(
        Missing{.name = "OrderedBeforeItsWave", .state = MemberState::Waiting, .event = MemberEvent::Order},
        Missing{.name = "ProvenWithoutConfirming", .state = MemberState::Trial, .event = MemberEvent::Proves},
        Missing{.name = "ProvenTwice", .state = MemberState::Succeeded, .event = MemberEvent::Proves},
        Missing{.name = "RefusedAfterAccepting", .state = MemberState::Working, .event = MemberEvent::Refuses},
        Missing{.name = "SkippedInItsTrial", .state = MemberState::Trial, .event = MemberEvent::Skip},
        Missing{.name = "OrderedAgainAfterAFailure", .state = MemberState::Failed, .event = MemberEvent::Order},
        Missing{.name = "BackFromASkip", .state = MemberState::Skipped, .event = MemberEvent::Confirms},
        Missing{.name = "FailedAfterSuccess", .state = MemberState::Succeeded, .event = MemberEvent::Fails}),
    [](const auto& row) { return row.param.name; });

TEST(MemberTable, SilenceHasItsOwnOutcomeInEachPhase) {
  EXPECT_EQ(next(MemberState::Ordered, MemberEvent::TimesOut), MemberState::Unresponsive);
  EXPECT_EQ(next(MemberState::Working, MemberEvent::TimesOut), MemberState::Unresponsive);
  EXPECT_EQ(next(MemberState::Rebooting, MemberEvent::TimesOut), MemberState::Lost);
  EXPECT_EQ(next(MemberState::Trial, MemberEvent::TimesOut), MemberState::Lost);
}

TEST(MemberTable, EachStateIsInExactlyOneClass) {
  for (int number = 0; number <= static_cast<int>(MemberState::Withdrawn); ++number) {
    const auto state = static_cast<MemberState>(number);
    const bool undecided = state == MemberState::Waiting || state == MemberState::Ready || is_in_flight(state);
    const int classes = static_cast<int>(undecided) + static_cast<int>(state == MemberState::Succeeded) +
                        static_cast<int>(is_failure(state)) + static_cast<int>(is_skipped(state));
    EXPECT_EQ(classes, 1) << to_string(state);
    EXPECT_EQ(is_decided(state), !undecided) << to_string(state);
  }
}

TEST(Names, AreUniqueAndKnown) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(MemberState::Withdrawn); ++i)
    names.insert(to_string(static_cast<MemberState>(i)));
  EXPECT_EQ(names.size(), 16U);
  EXPECT_EQ(names.count("unknown"), 0U);
}

}  // namespace
}  // namespace flotilla::core
