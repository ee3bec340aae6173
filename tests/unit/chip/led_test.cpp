#include "firmware-esp/src/chip/led.h"

#include <string>

#include <gtest/gtest.h>

namespace flotilla {
namespace {

std::string seen(LedPattern pattern, std::uint64_t from = 0) {
  std::string out;
  for (std::uint64_t ms = from; ms < from + 1600; ms += 100) out += led_lit(pattern, ms) ? '#' : '.';
  return out;
}

TEST(Led, PatternsLookAsTheHeaderSays) {
  EXPECT_EQ(seen(LedPattern::Off), "................");
  EXPECT_EQ(seen(LedPattern::On), "################");
  EXPECT_EQ(seen(LedPattern::Blink), "#####.....#####.");
  EXPECT_EQ(seen(LedPattern::Download), "#.........#.....");
  EXPECT_EQ(seen(LedPattern::Trial), "#.#.......#.#...");
  EXPECT_EQ(seen(LedPattern::Trouble), "#.#.#...........");
  EXPECT_EQ(seen(LedPattern::Unmanaged), "#.#.#.#.#.#.#.#.");
}

TEST(Led, RepeatsAfterDays) {
  constexpr std::uint64_t kFiftyDays = 50ULL * 24 * 3600 * 1000;
  EXPECT_EQ(seen(LedPattern::Trial, kFiftyDays), seen(LedPattern::Trial));
}

}  // namespace
}  // namespace flotilla
