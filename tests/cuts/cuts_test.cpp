// The power goes away at every single durable operation of whole updates, from every starting state, on both boot paths.
#include <gtest/gtest.h>

#include "tests/cuts/cut_harness.h"

namespace flotilla::cuts {
namespace {

using fakes::BootPath;

void print_head() {
  std::printf("%-26s %-10s %6s %5s %6s %7s %6s %6s %6s %8s %13s\n", "scenario", "boot path", "ops", "comp.", "cuts",
              "resets", "kinds", "old", "new", "bricked", "eboot's copy");
}

const char* name_of(BootPath path) {
  switch (path) {
    case BootPath::PowerSafe: return "power-safe";
    case BootPath::Stock: return "stock";
    case BootPath::Flotilla: return "flotilla";
  }
  return "";
}

void print_row(const char* name, BootPath path, const Tally& tally) {
  std::printf("%-26s %-10s %6zu %5zu %6zu %7zu %6zu %6zu %6zu %8zu %7zu/%zu\n", name, name_of(path), tally.operations,
              tally.compactions, tally.cuts, tally.resets, tally.kinds, tally.ended_old, tally.ended_new, tally.bricked,
              tally.copy_bricked, tally.copy_cuts);
}

Tally cut_all(BootPath path) {
  Tally total;
  print_head();
  for (const auto& scenario : scenarios()) {
    const Tally tally = cut_everywhere(scenario, {.path = path, .every = kSample ? 11u : 1u});
    EXPECT_GE(tally.operations, 2u) << scenario.name;
    print_row(scenario.name, path, tally);
    total.add(tally);
  }
  print_row("all", path, total);
  for (const auto& complaint : total.complaints) ADD_FAILURE() << complaint;
  EXPECT_EQ(total.bricked, 0u);
  return total;
}

TEST(PowerCuts, NoneOnAPowerSafeBootPathHarmsABoard) {
  const Tally total = cut_all(BootPath::PowerSafe);
  EXPECT_GT(total.cuts, kSample ? 900u : 10000u);
  if (kSample) return;
  std::printf("FIGURE: power cuts, power-safe boot path: %zu cut points, bricked %zu (old image %zu, new image %zu)\n",
              total.cuts, total.bricked, total.ended_old, total.ended_new);
}

TEST(PowerCuts, NoneOnOurBootloaderHarmsABoardNorPartsItsTwoJournals) {
  const Tally total = cut_all(BootPath::Flotilla);
  EXPECT_GT(total.cuts, kSample ? 900u : 10000u);
  if (kSample) return;
  std::printf("FIGURE: power cuts, our bootloader: %zu cut points, bricked %zu (old image %zu, new image %zu)\n",
              total.cuts, total.bricked, total.ended_old, total.ended_new);
}

TEST(PowerCuts, OnTheStockBootPathOnlyItsOwnCopyHarmsABoard) {
  const Tally total = cut_all(BootPath::Stock);
  EXPECT_GT(total.cuts, kSample ? 900u : 10000u);
  if (kSample) return;
  EXPECT_GT(total.copy_bricked, 0u) << "the model of eboot is too kind";
  std::printf(
      "FIGURE: power cuts, stock eboot: outside of its copy %zu cut points and %zu resets, bricked %zu; "
      "inside its copy %zu cut points, bricked %zu (what the stock bootloader costs)\n",
      total.cuts - total.copy_cuts, total.resets, total.bricked, total.copy_cuts, total.copy_bricked);
}

}  // namespace
}  // namespace flotilla::cuts
