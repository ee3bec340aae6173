#include "firmware-esp/src/core/trial.h"

namespace flotilla {
namespace {

// What was missing, from the outside in: without a network nothing behind it can be blamed.
Reason missing(const TrialFacts& facts) {
  if (!facts.network_seen) return Reason::NoWifi;
  if (!facts.acknowledged) return Reason::NoBroker;
  if (!facts.order_back) return Reason::NoOrder;
  if (facts.self_test == SelfTestResult::Pending) return Reason::SelfTest;
  return Reason::Deadline;  // everything was seen once, never at one time
}

}  // namespace

TrialDecision decide_trial(const TrialFacts& facts) {
  if (facts.self_test == SelfTestResult::Failed) return {TrialVerdict::GoBack, Reason::SelfTest};
  const bool proven = facts.link_up && facts.acknowledged && facts.order_back;
  // Before the deadlines: a proof that arrives with the last second is a proof.
  if (proven && facts.self_test == SelfTestResult::Passed) return {TrialVerdict::Confirm, Reason::None};
  if (facts.seconds >= facts.seconds_allowed) return {TrialVerdict::GoBack, missing(facts)};
  if (facts.total_seconds >= facts.total_allowed) return {TrialVerdict::GoBack, Reason::Deadline};
  return {};
}

void TrialClock::begin(std::uint32_t seconds, std::uint32_t total_seconds) {
  used_ = std::uint64_t{seconds} * 1000;
  total_ = std::uint64_t{total_seconds} * 1000;
}

void TrialClock::advance(std::uint64_t milliseconds, hal::Link link) {
  total_ += milliseconds;
  if (link != hal::Link::Unreachable) used_ += milliseconds;
}

}  // namespace flotilla
