// What the suites over lives share: scenarios, counting, chance, and figures for the test run's log.
#pragma once

#include <array>
#include <iostream>
#include <string>
#include <vector>

#include "tests/bootloader/life.h"

namespace flotilla::bootloader_test {

struct Tally {
  std::array<std::uint64_t, 4> outcomes{};
  std::uint64_t cut_points = 0;
  std::uint32_t most_boots = 0;

  void add(const Report& report) {
    ++outcomes[static_cast<std::size_t>(report.outcome)];
    if (report.boots > most_boots) most_boots = report.boots;
  }
  void add(const Tally& other) {
    for (std::size_t i = 0; i < outcomes.size(); ++i) outcomes[i] += other.outcomes[i];
    cut_points += other.cut_points;
    if (other.most_boots > most_boots) most_boots = other.most_boots;
  }
  [[nodiscard]] std::uint64_t of(Outcome outcome) const { return outcomes[static_cast<std::size_t>(outcome)]; }
  [[nodiscard]] std::uint64_t lives() const { return outcomes[0] + outcomes[1] + outcomes[2] + outcomes[3]; }
  [[nodiscard]] std::uint64_t bad() const { return of(Outcome::Bricked) + of(Outcome::Unsettled); }
};

inline std::string text(const Tally& tally) {
  return std::to_string(tally.lives()) + " lives, old " + std::to_string(tally.of(Outcome::Old)) + ", new " +
         std::to_string(tally.of(Outcome::New)) + ", bricked " + std::to_string(tally.of(Outcome::Bricked)) +
         ", unsettled " + std::to_string(tally.of(Outcome::Unsettled));
}

inline std::string text(const std::vector<Cut>& cuts) {
  std::string out;
  for (const auto& cut : cuts)
    out += " " + std::to_string(cut.operation) + "/" + std::to_string(static_cast<int>(cut.damage));
  return out;
}

inline void figure(const std::string& line) { std::cout << "FIGURE: bootloader: " << line << std::endl; }

struct Named {
  const char* name;
  Ending ending;
  std::uint32_t at_start;
};
inline constexpr Named kEndings[] = {
    {"confirmed at the 1st start", Ending::Confirms, 1},
    {"confirmed at the 3rd start", Ending::Confirms, 3},
    {"never confirmed", Ending::NeverConfirms, 0},
    {"dies before user code", Ending::DiesEarly, 0},
    {"self-test fails", Ending::SelfTestFails, 1},
    {"wakes from deep sleep, then confirmed", Ending::WakesThenConfirms, 1},
};
inline constexpr History kHistories[] = {History::Empty,   History::Kept,       History::Junk,
                                         History::Updated, History::RolledBack, History::Open};
inline constexpr std::array<std::array<std::uint32_t, 2>, 4> kSizes = {
    {{300, 600}, {600, 300}, {256, 512}, {1024, 1024}}};

// A small generator of its own, so that a printed seed means the same lives everywhere.
class Chance {
 public:
  explicit Chance(std::uint32_t seed) { cells_.plan({}, seed * 2654435761U + 1); }
  std::uint32_t below(std::uint32_t limit) { return cells_.random() % limit; }
  std::uint32_t seed() { return cells_.random() | 1; }

 private:
  NorCells cells_;
};

inline std::vector<Cut> several_cuts(Chance& chance, std::uint32_t operations) {
  std::vector<Cut> cuts(2 + chance.below(5));
  const bool close_together = chance.below(2) == 0;
  std::uint32_t at = 0;
  const auto spread = static_cast<std::uint32_t>(operations * 2 / cuts.size()) + 1;
  for (std::size_t i = 0; i < cuts.size(); ++i) {
    at += 1 + chance.below(close_together && i != 0 ? 12 : spread);
    cuts[i] = {at, static_cast<Damage>(chance.below(kDamages))};
  }
  return cuts;
}

}  // namespace flotilla::bootloader_test
