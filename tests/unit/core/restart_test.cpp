// A fleet made from what was saved is the fleet: at every point of a rollout, and it goes on alike.
#include <gtest/gtest.h>

#include "tests/unit/core/fleet_bench.h"

namespace flotilla::core {
namespace {

// A rollout with a bit of everything, `restart_after` events into it the daemon restarts.
std::string outcome(int restart_after) {
  Bench bench(5);
  int events = 0;
  const auto may_restart = [&] {
    EXPECT_EQ(bench.ledger.difference(*bench.fleet), "") << "before event " << events;
    if (++events == restart_after) bench.restart();
  };
  auto spec = make_spec("1.1.0", {{1, false}, {100, true}});
  spec.policy.failure_limit = 2;
  spec.policy.success_percent = 60;
  const auto id = bench.start(spec);
  may_restart();
  for (int round = 0; round < 3; ++round) {
    for (const auto& device : bench.in_state(id, MemberState::Ordered)) {
      bench.accept(device);
      may_restart();
      bench.report(device, UpdateState::Downloading);
      may_restart();
      if (round == 1 && bench.in_state(id, MemberState::RolledBack).empty()) {
        bench.report(device, UpdateState::Armed);
        may_restart();
        bench.report(device, UpdateState::RolledBack, Reason::SelfTest);
      } else {
        bench.confirm(device);
      }
      may_restart();
    }
    bench.pass(200);  // the grace after a restart, and the soak
    may_restart();
  }
  std::string text = std::to_string(static_cast<int>(bench.state(id)));
  for (const Member* member : bench.fleet->members(id)) {
    text += " " + member->device + "=" + std::to_string(static_cast<int>(member->state));
  }
  return text + (restart_after > events ? " (no restart)" : "");
}

TEST(Restart, ChangesNothingAfterAnyEvent) {
  const auto undisturbed = outcome(1000);
  ASSERT_NE(undisturbed.find(" (no restart)"), std::string::npos);
  const auto expected = undisturbed.substr(0, undisturbed.find(" (no restart)"));
  EXPECT_EQ(expected.substr(0, 2), std::to_string(static_cast<int>(RolloutState::Completed)) + " ");
  for (int after = 1; after < 25; ++after) {
    const auto found = outcome(after);
    EXPECT_EQ(found.substr(0, found.find(" (no restart)")), expected) << "restarted after event " << after;
  }
}

TEST(Restart, OrdersNothingTwice) {
  Bench bench(3);
  const auto id = bench.start(make_spec("1.1.0", {{100, true}}));
  const auto device = bench.in_state(id, MemberState::Ordered)[0];
  const Order before = *bench.fleet->desired_order(device);
  bench.restart();
  bench.pass(60);
  const Order* after = bench.fleet->desired_order(device);
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(after->sequence, before.sequence);
  EXPECT_EQ(after->attempt, before.attempt);
  EXPECT_EQ(after->expires_at, before.expires_at) << "equal orders encode to equal bytes";
}

TEST(Restart, ContinuesTheJudgingClock) {
  Bench bench(1);
  bench.pass(600);
  const auto judged = bench.fleet->meta().judging;
  bench.restart();
  EXPECT_LE(judged - bench.fleet->meta().judging, 30'000);
  EXPECT_GT(bench.fleet->meta().judging, 500'000);
}

TEST(Restart, SavesTheClockRarelyWhileNothingHappens) {
  Bench bench(0);
  int saved = 0;
  for (int i = 0; i < 600; ++i) {
    bench.now.mono_ms += 1000;
    Effects out;
    bench.fleet->tick(bench.now, out);
    EXPECT_TRUE(out.history.empty() && out.devices.empty());
    saved += static_cast<int>(out.meta_changed);
  }
  EXPECT_GE(saved, 18);
  EXPECT_LE(saved, 20);
}

}  // namespace
}  // namespace flotilla::core
