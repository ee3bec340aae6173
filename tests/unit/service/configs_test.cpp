// Configurations through the engine: granted before they are ordered, stored until nobody needs them, and gone then.
#include <gtest/gtest.h>

#include "tests/unit/service/bench.h"

namespace flotilla::service {
namespace {

constexpr const char* kOrder = "publish esp-1 update-config";
constexpr const char* kEmptied = "publish esp-1 (empty)";

class ConfigService : public testing::Test {
 protected:
  void SetUp() override {
    bench_.acknowledge_all();
    bench_.start();
    bench_.engine->post_broker(true);
    report(UpdateState::Idle, 0);
  }
  void report(UpdateState state, std::uint64_t attempt, std::uint32_t sequence = 0) {
    Heartbeat beat = heartbeat_on("1.0.0", 1);
    beat.uptime_seconds = ++uptime_;
    beat.update_state = state;
    beat.attempt_id = attempt;
    beat.last_sequence = sequence;
    bench_.engine->post_heartbeat("esp-1", beat);
    bench_.settle();
  }
  // As the operator API does it.
  Result<Unit, Error> put(std::uint8_t content) {
    return bench_.engine->execute([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) {
      const core::ConfigSpec spec{"esp-1", "sensor", "d1-mini", digest_of(content), "alice"};
      if (auto possible = fleet.check_config(spec); !possible.ok()) return possible;
      if (auto kept = bench_.configs.put(spec.sha256, "content"); !kept.ok()) return kept;
      return fleet.update_config(spec, now, out);
    });
  }
  core::ConfigChange config() {
    core::ConfigChange found;
    EXPECT_TRUE(bench_.engine
                    ->query([&](const core::Fleet& fleet, const core::Now&) {
                      if (fleet.device("esp-1")->config) found = *fleet.device("esp-1")->config;
                    })
                    .ok());
    return found;
  }
  bool seen(const std::string& line) {
    return bench_.pass_until([&] { return bench_.trace.find(line) >= 0; });
  }

  Bench bench_;
  std::uint32_t uptime_ = 0;
};

TEST_F(ConfigService, IsCommittedThenGrantedThenOrdered) {
  ASSERT_TRUE(put(7).ok());
  ASSERT_TRUE(seen(kOrder));
  const int stored = bench_.trace.find("put config");
  const int granted = bench_.trace.find("allow config esp-1");
  ASSERT_GE(stored, 0);
  EXPECT_LT(stored, bench_.trace.find("commit", stored));
  EXPECT_LT(bench_.trace.find("commit", stored), granted);
  EXPECT_LT(granted, bench_.trace.find(kOrder));
}

TEST_F(ConfigService, IsWithdrawnEmptiedAndRemovedAtItsEnd) {
  ASSERT_TRUE(put(7).ok());
  ASSERT_TRUE(seen(kOrder));
  report(UpdateState::Trial, config().attempt, 1);
  EXPECT_EQ(bench_.configs.all().size(), 1U);
  report(UpdateState::Confirmed, config().attempt, 1);
  ASSERT_TRUE(seen(kEmptied));
  EXPECT_GE(bench_.trace.find("withdraw esp-1"), 0);
  EXPECT_TRUE(bench_.configs.all().empty());
  ASSERT_TRUE(put(7).ok()) << "the same once more has its file again";
  EXPECT_EQ(bench_.configs.all().size(), 1U);
}

TEST_F(ConfigService, AReplacedOneIsRemovedAndTheNewOneStays) {
  ASSERT_TRUE(put(7).ok());
  ASSERT_TRUE(put(8).ok());
  bench_.settle();
  EXPECT_EQ(bench_.configs.all(), std::set<Digest>{digest_of(8)});
}

TEST_F(ConfigService, OneWithoutItsFileIsNotOrdered) {
  bench_.engine->post_broker(false);
  bench_.settle();
  ASSERT_TRUE(put(7).ok());
  bench_.configs.lose(digest_of(7));
  bench_.engine->post_broker(true);
  ASSERT_TRUE(bench_.pass_until([&] { return config().state == core::ConfigState::Failed; }));
  EXPECT_EQ(bench_.trace.find(kOrder), -1);
  EXPECT_NE(config().detail.find("the configuration is missing"), std::string::npos);
}

TEST_F(ConfigService, AFailedCommitLeavesNoFileBehind) {
  bench_.store.fail_commits(bench_.store.attempts(), 1);
  EXPECT_FALSE(put(7).ok());
  bench_.settle();
  EXPECT_TRUE(bench_.configs.all().empty()) << "nobody ordered it";
  EXPECT_EQ(bench_.trace.find("allow config"), -1);
}

TEST_F(ConfigService, ARestartKeepsWhatIsNeededAndOnlyThat) {
  ASSERT_TRUE(put(7).ok());
  ASSERT_TRUE(seen(kOrder));
  ASSERT_TRUE(bench_.configs.put(digest_of(9), "left by a crash").ok());
  bench_.start();
  EXPECT_EQ(bench_.configs.all(), std::set<Digest>{digest_of(7)});
  EXPECT_EQ(bench_.trace.count("allow config esp-1"), 2) << "the grant as well";
  bench_.engine->post_broker(true);
  EXPECT_TRUE(bench_.pass_until([&] { return bench_.trace.count(kOrder) >= 2; }));
}

}  // namespace
}  // namespace flotilla::service
