// Whole updates on the lx106: the bootloader's own binary, without cuts and with a sample of them.
#include "tests/lx106/bootloader/life.h"

#include <gtest/gtest.h>

namespace flotilla::lx106 {
namespace {

constexpr std::uint32_t kLivesOfAScenario = 150;

class Lives : public testing::TestWithParam<Scenario> {
 protected:
  void SetUp() override { Board().reset_all(); }
};

TEST_P(Lives, EndWellWithoutACut) {
  Life life(GetParam());
  const Report report = life.live({}, 1);
  EXPECT_EQ(report.outcome, life.good_end());
  EXPECT_EQ(life.broken_rules(), "");
  std::printf("FIGURE: bootloader: on the lx106, %s: %lu boots, %lu flash operations, stack %lu bytes\n",
              GetParam().name, static_cast<unsigned long>(report.boots), static_cast<unsigned long>(report.operations),
              static_cast<unsigned long>(report.stack));
}

// Every n-th operation, the kinds of damage in turn.
TEST_P(Lives, EndWithOneOfTheTwoImagesBehindACut) {
  Life life(GetParam());
  const std::uint32_t operations = life.live({}, 1).operations;
  std::uint32_t outcomes[4] = {};
  for (std::uint32_t i = 0; i < kLivesOfAScenario; ++i) {
    const Cut cut = {1 + i * operations / kLivesOfAScenario, static_cast<Damage>(i % kDamages)};
    const Report report = life.live(cut, i + 1);
    ++outcomes[static_cast<std::size_t>(report.outcome)];
    EXPECT_TRUE(report.outcome == Outcome::Old || report.outcome == Outcome::New)
        << "operation " << cut.operation << ", damage " << static_cast<int>(cut.damage);
  }
  EXPECT_EQ(life.broken_rules(), "");
  std::printf(
      "FIGURE: bootloader: on the lx106, %s: %lu lives with a cut, old %lu, new %lu, bricked %lu, unsettled %lu\n",
      GetParam().name, static_cast<unsigned long>(kLivesOfAScenario), static_cast<unsigned long>(outcomes[0]),
      static_cast<unsigned long>(outcomes[1]), static_cast<unsigned long>(outcomes[2]),
      static_cast<unsigned long>(outcomes[3]));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, Lives, testing::ValuesIn(kScenarios));

}  // namespace
}  // namespace flotilla::lx106
