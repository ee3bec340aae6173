// Lives with several cuts at random. FLOTILLA_SEED=n leads other ones.
#include <cstdlib>

#include <gtest/gtest.h>

#include "tests/bootloader/lives.h"

namespace flotilla::bootloader_test {
namespace {

std::uint32_t seed_of_the_run() {
  const char* given = std::getenv("FLOTILLA_SEED");
  return given == nullptr ? 20261123U : static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10));
}

TEST(RandomLives, WithSeveralCutsEndWithOneOfTheTwoImages) {
  constexpr int kScenarios = 900;
  constexpr int kLives = 500;
  const std::uint32_t seed = seed_of_the_run();
  Chance chance(seed);
  Tally tally;
  for (int i = 0; i < kScenarios; ++i) {
    const auto& named = kEndings[chance.below(std::size(kEndings))];
    const auto& sizes = kSizes[chance.below(kSizes.size())];
    const auto history = kHistories[chance.below(std::size(kHistories))];
    Life life({named.ending, named.at_start, history, sizes[0], sizes[1], chance.seed()}, boot_prepare);
    const std::uint32_t operations = life.live({}, 1).operations;
    for (int j = 0; j < kLives; ++j) {
      const auto cuts = several_cuts(chance, operations);
      const Report report = life.live(cuts, chance.seed());
      tally.add(report);
      ASSERT_LE(static_cast<int>(report.outcome), static_cast<int>(Outcome::New))
          << "FLOTILLA_SEED=" << seed << ", scenario " << i << ", life " << j << ": " << named.name << ", history "
          << static_cast<int>(history) << ", sizes " << sizes[0] << " and " << sizes[1] << ", cuts" << text(cuts);
    }
  }
  figure("random lives with 2 to 6 cuts, seed " + std::to_string(seed) + ": " + text(tally));
}
}  // namespace
}  // namespace flotilla::bootloader_test
