// The power goes away at every single operation of whole updates, with every kind of damage: the bootloader and the
// agent's side together, over cells.
#include <cctype>

#include <gtest/gtest.h>

#include "tests/bootloader/lives.h"

namespace flotilla::bootloader_test {
namespace {

// Every operation of the life, with every kind of damage; those with chance in them several times.
Tally cut_everywhere(const Scenario& scenario, Prepare prepare, int repeats) {
  Life life(scenario, prepare);
  const Report uncut = life.live({}, 1);
  EXPECT_EQ(uncut.outcome, life.good_end()) << "without any cut";
  Tally tally;
  for (std::uint32_t at = 1; at <= uncut.operations; ++at) {
    for (int kind = 0; kind < kDamages; ++kind) {
      const auto damage = static_cast<Damage>(kind);
      const bool certain = damage == Damage::Nothing || damage == Damage::All;
      for (int i = 0; i < (certain ? 1 : repeats); ++i) {
        const auto seed =
            static_cast<std::uint32_t>(at * 977 + static_cast<std::uint32_t>(kind * 31 + i + 1) * 2654435761U);
        tally.add(life.live({{at, damage}}, seed));
      }
    }
  }
  tally.cut_points = uncut.operations;
  return tally;
}

template <typename Each>
void for_each_scenario(const Named& named, Each each) {
  std::uint32_t seed = 1;
  for (const auto history : kHistories) {
    for (const auto& [old_size, new_size] : kSizes) {
      each(Scenario{named.ending, named.at_start, history, old_size, new_size, seed++});
    }
  }
}

constexpr int kRepeats = 6;

class EveryCut : public testing::TestWithParam<Named> {};

TEST_P(EveryCut, EndsWithOneOfTheTwoImages) {
  Tally ours;
  for_each_scenario(GetParam(), [&](const Scenario& scenario) {
    const Tally tally = cut_everywhere(scenario, boot_prepare, kRepeats);
    EXPECT_EQ(tally.bad(), 0U) << "history " << static_cast<int>(scenario.history) << ", sizes " << scenario.old_size
                               << " and " << scenario.new_size << ": " << text(tally);
    ours.add(tally);
  });
  figure(std::string(GetParam().name) + ": " + std::to_string(ours.cut_points) + " cut points, " + text(ours) +
         ", most boots " + std::to_string(ours.most_boots));
}

INSTANTIATE_TEST_SUITE_P(Endings, EveryCut, testing::ValuesIn(kEndings), [](const auto& row) {
  std::string name;
  for (const char c : std::string_view(row.param.name)) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) name += c;
  }
  return name;
});
}  // namespace
}  // namespace flotilla::bootloader_test
