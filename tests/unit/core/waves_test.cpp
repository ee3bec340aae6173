// Waves: sizes, membership, thresholds.
#include "daemon/core/waves.h"

#include <gtest/gtest.h>

namespace flotilla::core {
namespace {

std::vector<Member> members_of(const std::string& states) {
  std::vector<Member> members;
  for (const char c : states) {
    Member member;
    member.rank = static_cast<std::uint32_t>(members.size());
    member.state = c == 's'               ? MemberState::Skipped
                   : c == '+'             ? MemberState::Succeeded
                   : c == '-' || c == 'f' ? MemberState::RolledBack
                                          : MemberState::Waiting;
    if (c == 'f') member.skip = SkipReason::Forgiven;
    members.push_back(member);
  }
  return members;
}

struct WaveRow {
  const char* name;
  std::vector<WaveSize> waves;
  std::uint32_t targets;
  std::string members;  // s skipped, + succeeded, - failed, f forgiven, . waiting
  std::vector<std::uint32_t> expected;
};
void PrintTo(const WaveRow& row, std::ostream* out) { *out << row.name; }
class Waves : public testing::TestWithParam<WaveRow> {};
TEST_P(Waves, BelongTo) {
  const auto& row = GetParam();
  RolloutPolicy policy;
  policy.waves = row.waves;
  EXPECT_EQ(waves_of(policy, row.targets, members_of(row.members)), row.expected);
}
INSTANTIATE_TEST_SUITE_P(Rows, Waves,
                         testing::Values(WaveRow{.name = "Numbers",
                                                 .waves = {{1, false}, {3, false}},
                                                 .targets = 4,
                                                 .members = "....",
                                                 .expected = {0, 1, 1, 2}},
                                         WaveRow{.name = "PercentIsRoundedUp",
                                                 .waves = {{10, true}, {100, true}},
                                                 .targets = 11,
                                                 .members = "...........",
                                                 .expected = {0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
                                         WaveRow{.name = "TheNextTakesASkippedPlace",
                                                 .waves = {{1, false}, {100, true}},
                                                 .targets = 3,
                                                 .members = "s..",
                                                 .expected = {0, 0, 1}},
                                         WaveRow{.name = "AForgivenFailureMakesRoom",
                                                 .waves = {{1, false}, {100, true}},
                                                 .targets = 3,
                                                 .members = "f..",
                                                 .expected = {0, 0, 1}},
                                         WaveRow{.name = "AFailureKeepsItsPlace",
                                                 .waves = {{1, false}, {100, true}},
                                                 .targets = 3,
                                                 .members = "-..",
                                                 .expected = {0, 1, 1}},
                                         WaveRow{.name = "AWaveThatAddsNobody",
                                                 .waves = {{3, false}, {10, true}, {100, true}},
                                                 .targets = 4,
                                                 .members = "....",
                                                 .expected = {0, 0, 0, 2}}),
                         [](const auto& row) { return row.param.name; });

struct ThresholdRow {
  const char* name;
  Tally tally;
  std::uint32_t percent;
  bool expected;
};
void PrintTo(const ThresholdRow& row, std::ostream* out) { *out << row.name; }
class Threshold : public testing::TestWithParam<ThresholdRow> {};
TEST_P(Threshold, IsReached) {
  EXPECT_EQ(reaches_threshold(GetParam().tally, GetParam().percent), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Threshold,
    testing::Values(
        ThresholdRow{.name = "AtLeastOne", .tally = {.members = 0, .proven = 0}, .percent = 1, .expected = false},
        ThresholdRow{.name = "ExactlyNinety", .tally = {.members = 10, .proven = 9}, .percent = 90, .expected = true},
        ThresholdRow{.name = "JustBelow", .tally = {.members = 10, .proven = 8}, .percent = 90, .expected = false},
        ThresholdRow{.name = "OneOfOne", .tally = {.members = 1, .proven = 1}, .percent = 100, .expected = true}),
    [](const auto& row) { return row.param.name; });

TEST(Tally, CountsOpenWavesAndLeavesOutTheSkipped) {
  const auto members = members_of("s+-f+.");
  const Tally sum = tally(members, {0, 0, 0, 1, 1, 2}, 1);
  EXPECT_EQ(sum.members, 3U);
  EXPECT_EQ(sum.proven, 2U);
  EXPECT_EQ(sum.failed, 1U);
  EXPECT_EQ(sum.undecided(), 0U);
}

}  // namespace
}  // namespace flotilla::core
