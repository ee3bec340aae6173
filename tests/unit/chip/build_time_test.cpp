#include "firmware-esp/src/chip/build_time.h"

#include <gtest/gtest.h>

namespace flotilla {
namespace {

TEST(BuildTime, IsTheBeginOfTheDayBefore) {
  static_assert(build_seconds("Jan  2 1970") == 0);
  static_assert(build_seconds("Jan  3 1970") == 86400);
  static_assert(build_seconds("Nov 23 2026") == 1795305600);  // date -u -d 2026-11-22 +%s
  static_assert(build_seconds("Mar  1 2028") == 1835395200);  // date -u -d 2028-02-29 +%s
  static_assert(build_seconds("Jan  1 2027") == 1798675200);  // date -u -d 2026-12-31 +%s
  EXPECT_GT(build_seconds(__DATE__), 1735689600U);            // this test was built after 2024
}

TEST(BuildTime, IsZeroForOtherTexts) {
  for (const auto* text : {"", "23.11.2026", "Foo 23 2026", "anF  1 2026", "Nov 99 2026", "??? ?? ????"}) {
    EXPECT_EQ(build_seconds(text), 0U) << text;
  }
}

}  // namespace
}  // namespace flotilla
