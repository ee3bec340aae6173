#include "firmware-esp/src/core/trial.h"

#include <gtest/gtest.h>

namespace flotilla {
namespace {

TrialFacts proven() {
  TrialFacts facts;
  facts.network_seen = facts.acknowledged = facts.order_back = facts.link_up = true;
  facts.self_test = SelfTestResult::Passed;
  facts.seconds_allowed = 100;
  facts.total_allowed = 1000;
  return facts;
}

struct Case {
  const char* name;
  void (*change)(TrialFacts&);
  TrialVerdict verdict;
  Reason reason = Reason::None;
};
class TrialDecisions : public testing::TestWithParam<Case> {};

TEST_P(TrialDecisions, AreAsTheTableSays) {
  TrialFacts facts = proven();
  GetParam().change(facts);
  const auto decision = decide_trial(facts);
  EXPECT_EQ(decision.verdict, GetParam().verdict);
  EXPECT_EQ(decision.reason, GetParam().reason);
}

using V = TrialVerdict;
using F = TrialFacts;
constexpr auto kPending = SelfTestResult::Pending;

const Case kCases[] = {
    {"AllProven", [](F&) {}, V::Confirm},
    {"ProvenWithTheLastSecond", [](F& f) { f.seconds = 100; }, V::Confirm},
    {"LinkDownWaits", [](F& f) { f.link_up = false; }, V::Continue},
    {"NoAckWaits", [](F& f) { f.acknowledged = false; }, V::Continue},
    {"NoOrderWaits", [](F& f) { f.order_back = false; }, V::Continue},
    {"SelfTestPendingWaits", [](F& f) { f.self_test = kPending; }, V::Continue},
    {"SelfTestFailedNeedsNoNetwork",
     [](F& f) {
       f = {};
       f.self_test = SelfTestResult::Failed;
       f.seconds_allowed = 9;
     },
     V::GoBack, Reason::SelfTest},
    {"NeverANetwork",
     [](F& f) {
       f.network_seen = f.acknowledged = f.link_up = false;
       f.seconds = 100;
     },
     V::GoBack, Reason::NoWifi},
    {"NeverAcknowledged",
     [](F& f) {
       f.acknowledged = f.link_up = false;
       f.seconds = 100;
     },
     V::GoBack, Reason::NoBroker},
    {"OrderNeverBack",
     [](F& f) {
       f.order_back = false;
       f.seconds = 100;
     },
     V::GoBack, Reason::NoOrder},
    {"SelfTestNeverDone",
     [](F& f) {
       f.self_test = kPending;
       f.seconds = 100;
     },
     V::GoBack, Reason::SelfTest},
    {"LinkGoneAtTheEnd",
     [](F& f) {
       f.link_up = false;
       f.seconds = 100;
     },
     V::GoBack, Reason::Deadline},
    {"MaximumUsedUp",
     [](F& f) {
       f.acknowledged = f.link_up = false;
       f.total_seconds = 1000;
     },
     V::GoBack, Reason::Deadline},
    {"OneSecondLeft",
     [](F& f) {
       f.acknowledged = false;
       f.seconds = 99;
       f.total_seconds = 999;
     },
     V::Continue},
};

INSTANTIATE_TEST_SUITE_P(All, TrialDecisions, testing::ValuesIn(kCases),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(TrialClock, StandsStillOnlyWhileTheBrokerIsUnreachable) {
  TrialClock clock;
  clock.begin(10, 20);
  clock.advance(1500, hal::Link::NoNetwork);
  clock.advance(1500, hal::Link::Refused);
  clock.advance(1500, hal::Link::Up);
  clock.advance(60000, hal::Link::Unreachable);
  EXPECT_EQ(clock.seconds(), 14u);
  EXPECT_EQ(clock.total_seconds(), 84u);
}

}  // namespace
}  // namespace flotilla
