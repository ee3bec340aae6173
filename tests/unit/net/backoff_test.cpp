#include "firmware-esp/src/net/backoff.h"

#include <gtest/gtest.h>

namespace flotilla {
namespace {

// The first millisecond at which it is due, from `now` on.
std::uint64_t due_at(const Backoff& backoff, std::uint64_t now) {
  while (!backoff.due(now)) ++now;
  return now;
}

TEST(Backoff, IsDueAtOnceBeforeTheFirstFailure) { EXPECT_TRUE(Backoff(1000, 60000).due(0)); }

TEST(Backoff, DoublesUpToTheLastAndStaysThere) {
  Backoff backoff(1000, 7000);
  for (const std::uint32_t whole : {1000U, 2000U, 4000U, 7000U, 7000U}) {
    backoff.failed(100, whole / 2);  // the largest draw there is
    EXPECT_EQ(due_at(backoff, 100), 100U + whole);
  }
}

TEST(Backoff, SpreadsBetweenHalfAndAllOfIt) {
  Backoff shortest(1000, 60000);
  shortest.failed(0, 0);
  EXPECT_EQ(due_at(shortest, 0), 500U);
  Backoff over(1000, 60000);
  over.failed(0, 501);  // one more than the largest draw starts over
  EXPECT_EQ(due_at(over, 0), 500U);
}

TEST(Backoff, StartsOverAfterASuccess) {
  Backoff backoff(1000, 60000);
  backoff.failed(0, 0);
  backoff.failed(0, 0);
  backoff.succeeded();
  backoff.failed(0, 0);
  EXPECT_EQ(due_at(backoff, 0), 500U);
}

TEST(Backoff, CanBeCutShort) {
  Backoff backoff(1000, 60000);
  backoff.failed(0, 0);
  EXPECT_FALSE(backoff.due(1));
  backoff.at_once();
  EXPECT_TRUE(backoff.due(1));
}

}  // namespace
}  // namespace flotilla
