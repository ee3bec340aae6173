// The judging clock and the watch over silence.
#include "daemon/core/judging.h"

#include <gtest/gtest.h>

#include "daemon/core/watch.h"

namespace flotilla::core {
namespace {

constexpr std::int64_t kGrace = 60'000;

// Moves in small steps, as ticks do.
void pass(JudgingClock& clock, std::int64_t from, std::int64_t to, bool crowd = false) {
  for (auto at = from; at <= to; at += 1000) clock.advance(at, crowd);
}

TEST(JudgingClock, StandsStillUntilSubscribed) {
  JudgingClock clock(kGrace, 500);
  pass(clock, 0, 100'000);
  EXPECT_EQ(clock.judging(), 500);
  EXPECT_EQ(clock.unjudged(), 100'000);
}

TEST(JudgingClock, BeginsAfterTheGrace) {
  JudgingClock clock(kGrace, 0);
  clock.advance(1000, false);
  clock.broker_up(1000);
  pass(clock, 1000, 61'000);
  EXPECT_EQ(clock.judging(), 0);
  EXPECT_EQ(clock.grace_left(31'000), 30'000);
  pass(clock, 61'000, 71'000);
  EXPECT_EQ(clock.judging(), 10'000);
  EXPECT_EQ(clock.unjudged(), 0);
}

// The monotonic clock of a machine that has been up for days is no time in which nobody could be judged.
TEST(JudgingClock, BeginsToCountWithItsFirstMoment) {
  constexpr std::int64_t kUptime = 500'000'000;
  JudgingClock clock(kGrace, 0);
  clock.advance(kUptime, false);
  clock.broker_up(kUptime);
  pass(clock, kUptime, kUptime + 5000);
  EXPECT_EQ(clock.unjudged(), 5000);
  EXPECT_EQ(clock.judging(), 0);
}

TEST(JudgingClock, CountsThePartOfAStepBehindTheGrace) {
  JudgingClock clock(kGrace, 0);
  clock.advance(0, false);
  clock.broker_up(0);
  clock.advance(65'000, false);
  EXPECT_EQ(clock.judging(), 5'000);
}

TEST(JudgingClock, DoesNotJudgeTimeInWhichNobodyLooked) {
  JudgingClock clock(kGrace, 0);
  clock.advance(0, false);
  clock.broker_up(0);
  clock.advance(kGrace, false);
  clock.advance(kGrace + 3'600'000, false);
  EXPECT_EQ(clock.judging(), kGrace);
}

TEST(JudgingClock, StandsStillWithASilentCrowdWhileLinkTimeGoesOn) {
  JudgingClock clock(kGrace, 0);
  clock.advance(0, false);
  clock.broker_up(0);
  pass(clock, 0, 100'000);
  pass(clock, 100'000, 130'000, true);
  EXPECT_EQ(clock.judging(), 40'000);
  EXPECT_EQ(clock.link(), 70'000);
}

TEST(JudgingClock, StopsWhenTheBrokerGoesAndIgnoresAClockThatGoesBack) {
  JudgingClock clock(kGrace, 0);
  clock.advance(0, false);
  clock.broker_up(0);
  pass(clock, 0, 70'000);
  clock.broker_down();
  pass(clock, 70'000, 90'000);
  EXPECT_EQ(clock.judging(), 10'000);
  clock.advance(10'000, false);
  EXPECT_EQ(clock.judging(), 10'000);
}

class Watch : public testing::Test {
 protected:
  void hear(std::int64_t at, std::initializer_list<const char*> devices) {
    for (const char* device : devices) watch_.heard(device, at, 30'000, false);
  }
  SilenceWatch watch_;
};

TEST_F(Watch, ThreeOfSixAreACrowd) {
  hear(0, {"a", "b", "c", "d", "e", "f"});
  hear(30'000, {"a", "b", "c"});
  watch_.advance(59'999);
  EXPECT_FALSE(watch_.crowd_is_silent());
  watch_.advance(60'000);
  EXPECT_TRUE(watch_.crowd_is_silent());
  hear(61'000, {"d"});
  EXPECT_FALSE(watch_.crowd_is_silent());
}

TEST_F(Watch, TwoOfTwoAreNoCrowd) {
  hear(0, {"a", "b"});
  watch_.advance(100'000);
  EXPECT_EQ(watch_.silent(), 2U);
  EXPECT_FALSE(watch_.crowd_is_silent());
}

TEST_F(Watch, ThreeOfSevenAreLessThanHalf) {
  hear(0, {"a", "b", "c", "d", "e", "f", "g"});
  hear(50'000, {"a", "b", "c", "d"});
  watch_.advance(70'000);
  EXPECT_EQ(watch_.silent(), 3U);
  EXPECT_FALSE(watch_.crowd_is_silent());
}

TEST_F(Watch, ThoseOnTrialDoNotCount) {
  hear(0, {"a", "b", "c", "d"});
  watch_.set_on_trial("a", true);
  watch_.set_on_trial("b", true);
  watch_.advance(60'000);
  EXPECT_EQ(watch_.silent(), 2U);
  EXPECT_EQ(watch_.watched(), 2U);
  EXPECT_FALSE(watch_.crowd_is_silent());
  watch_.set_on_trial("a", false);
  EXPECT_TRUE(watch_.crowd_is_silent());
}

TEST_F(Watch, ForgetsThoseJudgedOffline) {
  hear(0, {"a", "b", "c"});
  watch_.advance(60'000);
  ASSERT_TRUE(watch_.crowd_is_silent());
  watch_.forget("a");
  EXPECT_FALSE(watch_.crowd_is_silent());
  EXPECT_EQ(watch_.silent_devices(), (std::vector<std::string>{"b", "c"}));
  hear(70'000, {"a"});
  EXPECT_EQ(watch_.watched(), 3U);
  watch_.forget("a");  // while it is not silent
  watch_.advance(200'000);
  EXPECT_EQ(watch_.silent(), 2U);
}

}  // namespace
}  // namespace flotilla::core
