// The engine's promises, on fakes and the real fleet.
#include "daemon/service/engine.h"

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "tests/unit/service/bench.h"

namespace flotilla::service {
namespace {

using test::wait_until;

constexpr const char* kInstall = "publish esp-1 install";

TEST(Engine, StoresAHeartbeatAndShowsTheDevice) {
  Bench bench;
  bench.start();
  bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
  bench.settle();
  std::string version;
  ASSERT_TRUE(bench.engine
                  ->query([&](const core::Fleet& fleet, const core::Now&) {
                    if (fleet.device("esp-1") != nullptr)
                      version = fleet.device("esp-1")->reported.running_version.view();
                  })
                  .ok());
  EXPECT_EQ(version, "1.0.0");
  ASSERT_TRUE(wait_until([&] { return bench.engine->status().commits == 1; }));
  EXPECT_EQ(bench.store.load()->devices.size(), 1U);
}

TEST(Engine, CommitsThenOpensTheImageThenPublishes) {
  Bench bench;
  bench.start();
  bench.order_all(1);
  ASSERT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) > 0; }));
  const auto lines = bench.trace.lines();
  const int published = bench.trace.find(kInstall);
  const int allowed = bench.trace.find("allow esp-1");
  ASSERT_GE(allowed, 1);
  EXPECT_LT(allowed, published);
  EXPECT_EQ(lines[static_cast<std::size_t>(allowed) - 1], "commit");
  EXPECT_EQ(bench.store.outbox().count("esp-1"), 1U) << "it is in the outbox until the broker has acknowledged it";
}

TEST(Engine, AnAcknowledgementEmptiesTheOutboxByALaterCommit) {
  Bench bench;
  bench.start();
  bench.order_all(1);
  ASSERT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) > 0; }));
  bench.engine->post_published("esp-1", bench.publisher.all().back().token);
  EXPECT_TRUE(wait_until([&] { return bench.store.outbox().empty(); }));
  EXPECT_EQ(bench.engine->status().acknowledged, 1U);
}

TEST(Engine, AnAcknowledgementOfAnOlderCommandRemovesNothing) {
  Bench bench;
  bench.start();
  bench.order_all(1);
  ASSERT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) > 0; }));
  const std::uint64_t old = bench.publisher.all().back().token;
  bench.engine->post_broker(false);
  bench.engine->post_broker(true);  // everything is sent again, with new tokens
  ASSERT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) > 1; }));
  bench.engine->post_published("esp-1", old);
  bench.settle();
  EXPECT_EQ(bench.store.outbox().count("esp-1"), 1U);
  bench.engine->post_published("esp-1", bench.publisher.all().back().token);
  EXPECT_TRUE(wait_until([&] { return bench.store.outbox().empty(); }));
}

TEST(Engine, AFailedCommitPublishesNothingAndIsTriedAgain) {
  Bench bench;
  bench.start();
  bench.engine->post_broker(true);
  bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
  bench.settle();
  bench.add_release("1.1.0", 2);

  bench.store.fail_commits(0, 3);
  const auto refused = bench.start_rollout("1.1.0");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Unavailable);
  EXPECT_NE(refused.error().message.find("disk full"), std::string::npos);
  EXPECT_EQ(bench.engine->status().state, EngineState::Degraded);
  EXPECT_EQ(bench.engine->status().cause, "disk full");
  const auto also = bench.start_rollout("1.1.0");
  ASSERT_FALSE(also.ok()) << "no commands while degraded";
  bool undone = false;
  ASSERT_TRUE(bench.engine
                  ->query([&](const core::Fleet& fleet, const core::Now&) {
                    undone = fleet.rollouts().empty() && fleet.device("esp-1") != nullptr;
                  })
                  .ok())
      << "what is stored can be read while degraded";
  EXPECT_TRUE(undone);
  EXPECT_EQ(bench.trace.count("publish"), 0);
  EXPECT_EQ(bench.trace.count("allow"), 0);

  ASSERT_TRUE(bench.pass_until([&] { return bench.engine->status().state == EngineState::Running; }));
  EXPECT_TRUE(bench.engine->status().cause.empty());
  EXPECT_EQ(bench.engine->status().commit_failures, 3U) << "the first, and two trials";
  bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
  ASSERT_TRUE(bench.start_rollout("1.1.0").ok());
  EXPECT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) > 0; }))
      << "the reloaded fleet knows that the broker is there";
}

TEST(Engine, TriesLessAndLessOftenWhereOnlyTheTrialFits) {
  Bench bench;
  std::atomic<int> failures{0};
  std::atomic<int> recoveries{0};
  bench.config.report = [&](Severity, const std::string& text) {
    failures += text.rfind("the store failed", 0) == 0 ? 1 : 0;
    recoveries += text == "the store works again" ? 1 : 0;
  };
  bench.start();
  bench.engine->post_broker(true);
  bench.settle();
  bench.store.fail_rows(true);
  for (int i = 0; i < 100; ++i) {  // ten seconds
    bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
    bench.settle();
    bench.clock.advance_ms(100);
  }
  EXPECT_GE(bench.trace.count("commit failed"), 3);
  EXPECT_LE(bench.trace.count("commit failed"), 7) << "after 0.2, 0.4, 0.8, 1.6, 3.2 and 6.4 s";
  EXPECT_EQ(failures, 1);
  EXPECT_EQ(recoveries, 0);

  bench.store.fail_rows(false);
  ASSERT_TRUE(bench.pass_until([&] {
    bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
    return recoveries == 1;
  }));
  EXPECT_EQ(bench.engine->status().state, EngineState::Running);
  EXPECT_EQ(failures, 1);
}

TEST(Engine, WhileDegradedNobodyHearsThatTheBrokerIsAway) {
  Bench bench;
  bench.start();
  bench.engine->post_broker(true);
  bench.settle();
  bench.store.fail_commits(0, 1000);
  bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
  ASSERT_TRUE(wait_until([&] { return bench.engine->status().state == EngineState::Degraded; }));
  std::string still;
  ASSERT_TRUE(
      bench.engine
          ->query([&](const core::Fleet& fleet, const core::Now& now) { still = fleet.judging_stands_still(now); })
          .ok());
  EXPECT_EQ(still.find("the broker is not connected"), std::string::npos) << still;
}

TEST(Engine, ReadingIsUnavailableWhereEvenTheStoreCannotBeRead) {
  Bench bench;
  bench.start();
  bench.store.fail_loads(true);
  bench.store.fail_commits(0, 1);
  bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
  ASSERT_TRUE(wait_until([&] { return bench.engine->status().state == EngineState::Degraded; }));
  const auto read = bench.engine->query([](const core::Fleet&, const core::Now&) {});
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::Unavailable);
  bench.store.fail_loads(false);
  EXPECT_TRUE(bench.pass_until([&] { return bench.engine->status().state == EngineState::Running; }));
}

// Whatever commit fails, the order goes out in the end, and what is stored is what was decided.
TEST(Engine, SurvivesAFailureOfEveryCommit) {
  for (int failing = 0; failing < 12; ++failing) {
    SCOPED_TRACE("commit " + std::to_string(failing) + " fails");
    Bench bench;
    bench.store.fail_commits(failing, 1);
    bench.start();
    bench.acknowledge_all();
    bench.engine->post_broker(true);
    bool started = false;
    ASSERT_TRUE(bench.pass_until([&] {
      bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
      static_cast<void>(bench.engine->execute([](core::Fleet& fleet, const core::Now& now, core::Effects& out) {
        return fleet.add_release(release_of("1.1.0", 2), now, out);
      }));
      if (!started) started = bench.start_rollout("1.1.0").ok();
      return bench.trace.count(kInstall) > 0 && bench.store.attempts() > failing + 1;
    }));
    bench.engine->stop();
    EXPECT_EQ(bench.trace.count("commit failed"), 1);
    const auto stored = bench.store.load();
    EXPECT_EQ(stored->rollouts.size(), 1U);
    ASSERT_EQ(stored->devices.size(), 1U);
    EXPECT_TRUE(stored->devices[0].order.has_value());
  }
}

TEST(Engine, SignsNothingWhileTheClockIsNotSynchronised) {
  Bench bench;
  bench.start();
  bench.order_all(1);
  bench.clock.trust(false);
  bench.engine->post_broker(false);
  bench.engine->post_broker(true);
  ASSERT_TRUE(bench.pass_until([&] { return !bench.engine->status().orders_wait.empty(); }));
  const int before = bench.trace.count(kInstall);
  bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
  bench.settle();
  EXPECT_EQ(bench.trace.count(kInstall), before);
  bench.clock.trust(true);
  ASSERT_TRUE(wait_until([&] { return bench.trace.count(kInstall) > before; }));
  EXPECT_TRUE(wait_until([&] { return bench.engine->status().orders_wait.empty(); }));
}

TEST(Engine, AFloodOfOneDeviceCostsOneSlot) {
  Bench bench;
  bench.config.inbox_limit = 10;
  bench.start();
  bench.store.hold();
  bench.engine->post_heartbeat("esp-0", heartbeat_on("1.0.0", 1));
  bench.store.wait_held();  // the engine is busy

  for (int i = 0; i < 5000; ++i) bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
  EXPECT_EQ(bench.engine->status().inbox, 1U);
  EXPECT_EQ(bench.engine->status().heartbeats_replaced, 4999U);
  for (int i = 2; i < 20; ++i) bench.engine->post_heartbeat("esp-" + std::to_string(i), heartbeat_on("1.0.0", 1));
  EXPECT_EQ(bench.engine->status().inbox, 10U);
  EXPECT_EQ(bench.engine->status().overload_dropped, 9U);

  std::thread operator_thread([&] { bench.add_release("1.1.0", 2); });  // not dropped
  ASSERT_TRUE(wait_until([&] { return bench.engine->status().inbox == 11; }));
  bench.store.release();
  operator_thread.join();
  EXPECT_EQ(bench.store.load()->releases.size(), 1U);
  EXPECT_EQ(bench.store.load()->devices.size(), 11U);
}

TEST(Engine, OneCommitServesAllWhoCameMeanwhile) {
  Bench bench;
  bench.start();
  bench.store.hold();
  bench.engine->post_heartbeat("esp-0", heartbeat_on("1.0.0", 1));
  bench.store.wait_held();
  std::vector<std::thread> operators;
  for (std::uint8_t i = 1; i <= 20; ++i) {
    operators.emplace_back([&bench, i] { bench.add_release("1." + std::to_string(i) + ".0", i); });
  }
  ASSERT_TRUE(wait_until([&] { return bench.engine->status().inbox == 20; }));
  bench.store.release();
  for (std::thread& each : operators) each.join();
  EXPECT_EQ(bench.trace.count("commit"), 2);
  EXPECT_EQ(bench.store.load()->releases.size(), 20U);
}

TEST(Engine, ARestartOpensImagesAndSendsTheOutboxAgain) {
  Bench bench;
  bench.start();
  bench.order_all(2);
  ASSERT_TRUE(bench.pass_until([&] { return bench.trace.count("publish esp-") >= 2; }));
  bench.engine->stop();
  const int before = static_cast<int>(bench.trace.lines().size());
  bench.start();
  EXPECT_GE(bench.trace.find("allow esp-1", before), before);
  EXPECT_GE(bench.trace.find("allow esp-2", before), before);
  EXPECT_EQ(bench.trace.find("publish", before), -1) << "the broker is not there yet";
  bench.engine->post_broker(true);
  EXPECT_TRUE(wait_until([&] { return bench.trace.find(kInstall, before) > 0; }));
  EXPECT_TRUE(wait_until([&] { return bench.trace.find("publish esp-2 install", before) > 0; }));
}

TEST(Engine, DoesNotOrderAnImageThatIsDamaged) {
  Bench bench;
  bench.start();
  bench.catalog.damage(digest_of(2));
  bench.order_all(1);
  core::RolloutState state = core::RolloutState::Running;
  core::RolloutReason reason = core::RolloutReason::None;
  ASSERT_TRUE(bench.pass_until([&] {
    static_cast<void>(bench.engine->query([&](const core::Fleet& fleet, const core::Now&) {
      state = fleet.rollouts().front()->state;
      reason = fleet.rollouts().front()->reason;
    }));
    return state != core::RolloutState::Running;
  }));
  EXPECT_EQ(reason, core::RolloutReason::ImageUnusable);
  EXPECT_EQ(bench.trace.count(kInstall), 0);
}

TEST(Engine, TriesAgainWhatThePublisherRefused) {
  Bench bench;
  bench.start();
  bench.publisher.refuse(3);
  bench.order_all(1);
  EXPECT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) == 1; }));
  EXPECT_EQ(bench.trace.count("publish refused"), 3);
}

TEST(Engine, TriesAgainWhatTheBrokerRefused) {
  Bench bench;
  bench.start();
  bench.order_all(1);
  ASSERT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) == 1; }));
  bench.engine->post_publish_failed("esp-1", bench.publisher.all().back().token, "not authorised");
  bench.settle();
  EXPECT_EQ(bench.trace.count(kInstall), 1) << "not at once";
  const auto why = [&] {
    std::string text;
    static_cast<void>(
        bench.engine->query([&](const core::Fleet& fleet, const core::Now& now) { text = fleet.why("esp-1", now); }));
    return text;
  };
  EXPECT_NE(why().find("not authorised"), std::string::npos) << why();
  EXPECT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) == 2; }));
  bench.engine->post_published("esp-1", bench.publisher.all().back().token);
  bench.settle();
  EXPECT_EQ(why().find("not authorised"), std::string::npos) << why();
}

TEST(Engine, NotesAMalformedMessageOnceInAWhile) {
  Bench bench;
  std::vector<std::string> reports;
  bench.config.report = [&](Severity, const std::string& text) { reports.push_back(text); };
  bench.start();
  bench.engine->post_heartbeat("esp-1", heartbeat_on("1.0.0", 1));
  for (int i = 0; i < 5; ++i) {
    bench.engine->post_malformed("esp-1", "the heartbeat does not decode");
    bench.settle();
  }
  bench.clock.advance_ms(60'001);
  bench.engine->post_malformed("esp-1", "the heartbeat does not decode");
  bench.settle();
  const auto history = bench.engine->history("esp-1", 0, 100);
  ASSERT_TRUE(history.ok());
  int entries = 0;
  for (const auto& entry : *history) entries += entry.event == "malformed" ? 1 : 0;
  EXPECT_EQ(entries, 2);
  EXPECT_EQ(bench.engine->status().malformed, 6U);
  bench.engine->stop();
  EXPECT_EQ(std::count(reports.begin(), reports.end(), "malformed message from esp-1: the heartbeat does not decode"),
            2);
}

TEST(Engine, StopHandlesWhatIsWaitingAndHearsTheAcknowledgements) {
  Bench bench;
  bench.config.stop_wait_ms = 60'000;
  bench.start();
  bench.order_all(1);
  ASSERT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) == 1; }));
  bench.store.hold();
  bench.engine->post_heartbeat("esp-2", heartbeat_on("1.0.0", 1));
  bench.store.wait_held();
  bench.engine->post_heartbeat("esp-3", heartbeat_on("1.0.0", 1));
  std::thread stopper([&] { bench.engine->stop(); });
  bench.store.release();
  ASSERT_TRUE(wait_until([&] { return bench.store.load()->devices.size() == 3; }));
  bench.engine->post_published("esp-1", bench.publisher.all().back().token);
  stopper.join();
  EXPECT_TRUE(bench.store.outbox().empty());
  EXPECT_EQ(bench.engine->status().state, EngineState::Stopped);
  const auto late = bench.start_rollout("1.1.0");
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().code, ErrorCode::Unavailable);
}

TEST(Engine, StopDoesNotWaitForEverForTheBroker) {
  Bench bench;
  bench.start();
  bench.order_all(1);
  ASSERT_TRUE(bench.pass_until([&] { return bench.trace.count(kInstall) == 1; }));
  bench.engine->stop();
  EXPECT_EQ(bench.store.outbox().count("esp-1"), 1U) << "it is sent again after the next start";
}

TEST(Engine, RefusesToStartOnAStoreThatCannotBeRead) {
  Bench bench;
  bench.store.fail_loads(true);
  Engine engine(bench.config,
                {bench.store, bench.publisher, bench.access, bench.catalog, bench.configs, bench.signer, bench.clock});
  EXPECT_FALSE(engine.start().ok());
}

}  // namespace
}  // namespace flotilla::service
