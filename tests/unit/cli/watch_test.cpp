#include "daemon/cli/watch.h"

#include <deque>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "daemon/api/json.h"

namespace flotilla::cli {
namespace {

const Error kAway{ErrorCode::Unavailable, "flotillad does not answer", "start it"};

// A daemon whose answers are written down; each pause lets a second pass.
class Script {
 public:
  Script& says(const std::string& state, const api::StateCounts& counts) {
    api::RolloutDetail detail;
    detail.rollout.id = 4;
    detail.rollout.release = "1.1.0";
    detail.rollout.state = state;
    detail.rollout.counts = counts;
    replies_.emplace_back(api::to_json_text(detail) + "\n");
    return *this;
  }
  Script& fails(const Error& error, int times = 1) {
    for (int i = 0; i < times; ++i) replies_.emplace_back(error);
    return *this;
  }

  Result<bool, Error> watch(WatchConfig config) {
    config.rollout = 4;
    const WatchPorts ports{[this](const std::string& target) {
                             EXPECT_EQ(target, "/v1/rollouts/4");
                             if (replies_.empty()) {
                               ADD_FAILURE() << "asked again after the end";
                               return Result<std::string, Error>(Error{});
                             }
                             Result<std::string, Error> next = replies_.front();
                             replies_.pop_front();
                             return next;
                           },
                           [this] { ++now_; }, [this] { return now_; }};
    return watch_rollout(config, ports, out_);
  }
  [[nodiscard]] std::string text() const { return out_.str(); }
  [[nodiscard]] std::size_t left() const { return replies_.size(); }

 private:
  std::deque<Result<std::string, Error>> replies_;
  std::ostringstream out_;
  std::int64_t now_ = 100;
};

TEST(Watch, TellsLineByLineUntilItCompleted) {
  Script script;
  script.says("running", {{"waiting", 2}}).says("running", {{"waiting", 2}}).says("completed", {{"succeeded", 2}});
  const auto completed = script.watch({});
  ASSERT_TRUE(completed.ok());
  EXPECT_TRUE(*completed);
  EXPECT_EQ(script.text(), "rollout 4 of 1.1.0: running\n2 waiting\n2 succeeded\nrollout 4 of 1.1.0: completed\n");
}

TEST(Watch, EndsWithoutSuccessInEveryOtherEndState) {
  for (const char* state : {"halted", "aborted", "reverted"}) {
    Script script;
    script.says("paused", {}).says(state, {});
    const auto completed = script.watch({});
    ASSERT_TRUE(completed.ok()) << state;
    EXPECT_FALSE(*completed) << state;
    EXPECT_EQ(script.left(), 0U) << state;
  }
}

TEST(Watch, JsonIsALineForEachChange) {
  Script script;
  script.says("running", {{"waiting", 2}}).says("running", {{"waiting", 2}}).says("completed", {{"succeeded", 2}});
  ASSERT_TRUE(script.watch({.json = true}).ok());
  const std::string text = script.text();
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(text.front(), '{');
}

TEST(Watch, OnATerminalDrawsOverItself) {
  Script script;
  script.says("running", {}).says("completed", {});
  ASSERT_TRUE(script.watch({.terminal = {.tty = true}}).ok());
  EXPECT_EQ(script.text(),
            "Rollout 4  1.1.0  running  wave 0 of 0  1m40s\x1b[K\n\x1b[J"
            "\x1b[1A\rRollout 4  1.1.0  completed  wave 0 of 0  1m41s\x1b[K\n\x1b[J");
}

TEST(Watch, WaitsForADaemonThatRestarts) {
  Script script;
  script.says("running", {}).fails(kAway, 5).says("completed", {});
  const auto completed = script.watch({.patience_seconds = 10});
  ASSERT_TRUE(completed.ok());
  EXPECT_TRUE(*completed);
  EXPECT_NE(script.text().find("does not answer, trying again\n"), std::string::npos);
}

TEST(Watch, GivesUpOnADaemonThatStaysAway) {
  Script script;
  script.says("running", {}).fails(kAway, 11);
  const auto completed = script.watch({.patience_seconds = 10});
  ASSERT_FALSE(completed.ok());
  EXPECT_EQ(completed.error().message, kAway.message);
  EXPECT_EQ(script.left(), 0U);
}

TEST(Watch, ADaemonThatWasNeverThereIsSaidAtOnce) {
  Script script;
  script.fails(kAway).says("completed", {});
  EXPECT_FALSE(script.watch({}).ok());
  EXPECT_EQ(script.left(), 1U);
}

TEST(Watch, ARolloutThatDoesNotExistIsSaidAtOnce) {
  Script script;
  script.fails({ErrorCode::NotFound, "there is no rollout 4", ""});
  const auto completed = script.watch({});
  ASSERT_FALSE(completed.ok());
  EXPECT_EQ(completed.error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace flotilla::cli
