// The same lives over the stock eboot, and over bootloaders with a planted fault, which must not get through.
#include "tests/bootloader/planted.h"

#include <gtest/gtest.h>

#include "tests/bootloader/lives.h"

namespace flotilla::bootloader_test {
namespace {

// What the same cuts cost with the stock eboot.
TEST(StockEboot, IsBrickedByCutsInItsCopy) {
  Tally all;
  std::uint64_t bad_points = 0;
  std::uint64_t points = 0;
  for (const auto& named : kEndings) {
    // Nobody counts the boots of an image that dies early: such a board never comes back, cut or not. And the stock
    // eboot knows no journal, hence no histories.
    if (named.ending == Ending::DiesEarly || named.ending == Ending::WakesThenConfirms) continue;
    Tally tally;
    for (const auto& [old_size, new_size] : kSizes) {
      Life life({named.ending, named.at_start, History::Empty, old_size, new_size, 1}, nullptr);
      const Report uncut = life.live({}, 1);
      for (std::uint32_t at = 1; at <= uncut.operations; ++at) {
        const Report report = life.live({{at, Damage::Prefix}}, at);
        tally.add(report);
        ++points;
        if (report.outcome == Outcome::Bricked) ++bad_points;
      }
    }
    all.add(tally);
    figure("stock eboot, " + std::string(named.name) + ": " + text(tally));
  }
  EXPECT_GT(bad_points * 2, points) << "nearly every cut is one in its copy";
  figure("stock eboot: " + std::to_string(bad_points) + " of " + std::to_string(points) +
         " cut points brick the board; ours: 0");
}

// A harness that cannot fail proves nothing.
class Planted : public testing::TestWithParam<PlantedFault> {};

// A board on a bad supply: power holds for two sectors at a time.
std::vector<Cut> bad_supply() {
  std::vector<Cut> cuts;
  for (std::uint32_t at = 20; at < 1200; at += 20) cuts.push_back({at, Damage::Prefix});
  return cuts;
}

Tally lives_of(const PlantedFault& fault) {
  Tally tally;
  Chance chance(7);
  for (const auto& named : kEndings) {
    for (const auto history : {History::Kept, History::Open}) {
      for (const auto& [old_size, new_size] : kSizes) {
        Life life({named.ending, named.at_start, history, old_size, new_size, 3}, fault.prepare);
        const std::uint32_t operations = life.live({}, 1).operations;
        for (int i = 0; i < 150; ++i) {
          tally.add(life.live(fault.on_bad_supply ? bad_supply() : several_cuts(chance, operations), chance.seed()));
        }
      }
    }
  }
  return tally;
}

TEST_P(Planted, IsCaught) {
  const Tally tally = lives_of(GetParam());
  EXPECT_GT(tally.bad(), 0U) << GetParam().name;
  figure("planted fault, " + std::string(GetParam().name) + ": " + text(tally));
}

// The same lives, without a fault.
TEST(Unplanted, GetsThrough) {
  for (const bool on_bad_supply : {false, true}) {
    const Tally tally = lives_of({"None", boot_prepare, on_bad_supply});
    EXPECT_EQ(tally.bad(), 0U) << text(tally);
  }
}

INSTANTIATE_TEST_SUITE_P(Faults, Planted, testing::ValuesIn(kPlantedFaults),
                         [](const auto& row) { return std::string(row.param.name); });
}  // namespace
}  // namespace flotilla::bootloader_test
