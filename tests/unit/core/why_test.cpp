// The sentence about a device names the true reason in every state.
#include <functional>

#include <gtest/gtest.h>

#include "tests/unit/core/fleet_bench.h"

namespace flotilla::core {
namespace {

struct Row {
  const char* name;
  std::function<void(Bench&, RolloutId)> happens;
  std::vector<std::string> says;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
class Why : public testing::TestWithParam<Row> {};
TEST_P(Why, SaysSo) {
  Bench bench(1);
  const auto id = bench.start(make_spec("1.1.0", {{100, true}}));
  GetParam().happens(bench, id);
  const auto sentence = bench.fleet->why("esp-00", bench.now);
  for (const auto& part : GetParam().says) EXPECT_NE(sentence.find(part), std::string::npos) << sentence;
  EXPECT_EQ(sentence.back(), '.');
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Why,
    testing::Values(Row{.name = "Ordered",
                        .happens = [](Bench&, RolloutId) {},
                        .says = {"runs 1.0.0", "not accepted yet", "s left"}},
                    Row{.name = "Working",
                        .happens =
                            [](Bench& b, RolloutId) {
                              b.accept("esp-00");
                              b.boards["esp-00"].progress_percent = 42;
                              b.report("esp-00", UpdateState::Downloading);
                            },
                        .says = {"installs 1.1.0", "downloading", "42 %"}},
                    Row{.name = "RolledBack",
                        .happens = [](Bench& b, RolloutId) { b.roll_back("esp-00", Reason::SelfTest), b.pass(5); },
                        .says = {"rolled back from 1.1.0", "SelfTest", "self-test failed", "halted",
                                 "failure limit of 1"}},
                    Row{.name = "Proven",
                        .happens = [](Bench& b, RolloutId) { b.confirm("esp-00"), b.pass(70); },
                        .says = {"runs 1.1.0", "proven", "completed"}},
                    Row{.name = "Deferred",
                        .happens =
                            [](Bench& b, RolloutId id) {
                              EXPECT_TRUE(b.pause(id).ok());
                              b.boards["esp-00"].deferred = FixedString<kMaxDeferred>{"pump running"};
                              b.beat("esp-00");
                              EXPECT_TRUE(b.resume(id).ok());
                            },
                        .says = {"ready, but", "puts it off: pump running"}},
                    Row{.name = "Paused",
                        .happens = [](Bench& b, RolloutId id) { EXPECT_TRUE(b.pause(id).ok()); },
                        .says = {"the rollout is paused", "paused by alice"}},
                    Row{.name = "BrokerAway",
                        .happens = [](Bench& b, RolloutId) { b.broker_down(); },
                        .says = {"nobody is judged now", "broker"}},
                    Row{.name = "Offline",
                        .happens = [](Bench& b, RolloutId) { b.silent.insert("esp-00"), b.pass(400); },
                        .says = {"offline for", "skipped (offline)"}}),
    [](const auto& row) { return row.param.name; });

TEST(Why, KnowsWhomItDoesNotKnow) {
  Bench bench(1);
  EXPECT_EQ(bench.fleet->why("esp-77", bench.now), "no device esp-77 is known.");
  EXPECT_NE(bench.fleet->why("esp-00", bench.now).find("nothing was ordered"), std::string::npos);
}

}  // namespace
}  // namespace flotilla::core
