// Whole fleets in virtual time, by seed. FLOTILLA_SEED runs that seed alone.
#include <cstdlib>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/simulation/sim_world.h"

namespace flotilla::simulation {
namespace {

constexpr std::uint64_t kSeeds = 300;

TEST(Simulation, NoInvariantIsViolated) {
  const char* given = std::getenv("FLOTILLA_SEED");
  const std::uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const std::uint64_t last = given != nullptr ? first : kSeeds;
  Summary all;
  std::uint64_t violated = 0;
  for (std::uint64_t seed = first; seed <= last; ++seed) {
    const Summary one = SimWorld(seed).run();
    all.steps += one.steps;
    all.checks += one.checks;
    all.restarts += one.restarts;
    all.outages += one.outages;
    for (const auto& [state, count] : one.rollouts) all.rollouts[state] += count;
    for (const auto& [state, count] : one.configs) all.configs[state] += count;
    if (one.violation.empty()) continue;
    ++violated;
    ADD_FAILURE() << "seed " << seed << ": " << one.violation << "\n  again with FLOTILLA_SEED=" << seed;
  }
  std::cout << "simulation: " << last - first + 1 << " seeds, " << all.steps << " steps, " << all.restarts
            << " starts of the daemon, " << all.outages << " broker outages, rollouts:";
  for (const auto& [state, count] : all.rollouts) std::cout << ' ' << count << ' ' << state;
  std::cout << ", configurations:";
  for (const auto& [state, count] : all.configs) std::cout << ' ' << count << ' ' << state;
  std::cout << "; " << all.checks << " invariants checked, " << violated << " violated\n";
  // A simulation in which nothing happens would violate nothing.
  if (given == nullptr) {
    EXPECT_GT(all.rollouts["completed"], kSeeds / 2);
    EXPECT_GT(all.rollouts["halted"], kSeeds / 4);
    EXPECT_GT(all.restarts, kSeeds * 2);
    EXPECT_GT(all.configs["confirmed"], kSeeds * 4);
    for (const std::string end : {"rolled-back", "failed", "withdrawn"}) EXPECT_GT(all.configs[end], kSeeds) << end;
  }
}

}  // namespace
}  // namespace flotilla::simulation
