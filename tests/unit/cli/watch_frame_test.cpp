#include "daemon/cli/watch_frame.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "daemon/cli/text.h"

namespace flotilla::cli {
namespace {

using Lines = std::vector<std::string>;

api::RolloutDetail three_waves() {
  api::RolloutDetail detail;
  detail.rollout = {.id = 3,
                    .release = "1.1.0",
                    .state = "running",
                    .open_wave = 2,
                    .total = 12,
                    .counts = {{"succeeded", 2}, {"working", 1}, {"soaking", 1}, {"waiting", 8}},
                    .created_at = 1000};
  detail.waves = {
      {.number = 1, .size = "1", .open = true, .members = 1, .counts = {{"succeeded", 1}}},
      {.number = 2,
       .size = "4",
       .open = true,
       .members = 3,
       .counts = {{"succeeded", 1}, {"soaking", 1}, {"working", 1}}},
      {.number = 3, .size = "100%", .open = false, .members = 8, .counts = {{"waiting", 8}}},
  };
  detail.members = {
      {.device = "esp-1", .wave = 1, .state = "succeeded"},
      {.device = "esp-2", .wave = 2, .state = "succeeded"},
      {.device = "esp-3", .wave = 2, .state = "soaking"},
      {.device = "esp-4", .wave = 2, .state = "working"},
  };
  return detail;
}

api::MemberView rolled_back() {
  return {.device = "esp-4",
          .wave = 2,
          .state = "rolled-back",
          .reason = "SelfTest",
          .detail = "no sensor",
          .explanation = "the application's self-test failed",
          .changed_at = 1050};
}

TEST(WatchFrame, ShowsABarForEachWave) {
  EXPECT_EQ(render_frame(three_waves(), 1083, {.tty = true, .columns = 100}),
            (Lines{
                "Rollout 3  1.1.0  running  wave 2 of 3  1m23s",
                "  wave 1  1     [####################] 1/1  1 succeeded",
                "  wave 2  4     [######+++++++>>>>>>>] 1/3  1 soaking, 1 succeeded, 1 working",
                "  wave 3  100%  [....................] 0/8  8 waiting",
            }));
}

TEST(WatchFrame, ShowsWhyItHaltedAndWhoFailed) {
  api::RolloutDetail detail = three_waves();
  detail.rollout.state = "halted";
  detail.rollout.reason_text = "1 failure reached the limit of 1";
  detail.rollout.ended_at = 1060;
  detail.members[3] = rolled_back();
  detail.waves[1].counts = {{"succeeded", 1}, {"soaking", 1}, {"rolled-back", 1}};
  const Lines lines = render_frame(detail, 9999, {.tty = true, .columns = 120});
  ASSERT_EQ(lines.size(), 6U);
  EXPECT_EQ(lines[0], "Rollout 3  1.1.0  halted  wave 2 of 3  1m");
  EXPECT_NE(lines[2].find("[######+++++++!!!!!!!] 1/3"), std::string::npos) << lines[2];
  EXPECT_EQ(lines[4], "  1 failure reached the limit of 1");
  EXPECT_EQ(lines[5], "  esp-4         rolled-back (SelfTest): the application's self-test failed: no sensor");
}

TEST(WatchFrame, SaysTheSameThingOnce) {
  api::RolloutDetail detail = three_waves();
  detail.members[3] = rolled_back();
  detail.members[3].detail = detail.members[3].explanation;
  EXPECT_EQ(render_frame(detail, 1000, {.columns = 120}).back(),
            "  esp-4         rolled-back (SelfTest): the application's self-test failed");
}

TEST(WatchFrame, SkippedDevicesDoNotCount) {
  api::RolloutDetail detail = three_waves();
  detail.waves[1].counts = {{"succeeded", 2}, {"skipped", 1}};
  EXPECT_NE(render_frame(detail, 1000, {})[2].find("[####################] 2/2"), std::string::npos);
  detail.waves[1].counts = {{"skipped", 3}};
  EXPECT_NE(render_frame(detail, 1000, {})[2].find("[....................] 0/0"), std::string::npos);
}

TEST(WatchFrame, StaysWithinTheTerminal) {
  api::RolloutDetail detail = three_waves();
  detail.rollout.reason_text = std::string(300, 'x');
  for (int i = 0; i < 50; ++i) {
    detail.members.push_back(rolled_back());
    detail.members.back().device = "f" + std::to_string(i);
    detail.members.back().changed_at = 2000 + i;
  }
  for (const std::size_t columns : {1U, 20U, 40U, 80U}) {
    for (const std::size_t rows : {1U, 2U, 5U, 10U}) {
      const Lines lines = render_frame(detail, 1000, {.tty = true, .columns = columns, .rows = rows});
      EXPECT_LE(lines.size(), std::max<std::size_t>(rows, 2) - 1);
      for (const std::string& line : lines) EXPECT_LE(width(line), columns) << line;
    }
  }
  EXPECT_EQ(render_frame(detail, 1000, {.rows = 10}).back().substr(0, 5), "  f49");  // the newest stay
}

TEST(WatchFrame, LetsNoControlSequenceThrough) {
  api::RolloutDetail detail = three_waves();
  detail.rollout.release = "1\x1b[2J";
  detail.rollout.reason_text = "\x1b[31m";
  detail.members[3] = rolled_back();
  detail.members[3].detail = "\x1b]0;x\x07\n";
  for (const std::string& line : render_frame(detail, 1000, {.columns = 300})) {
    for (const char c : line) EXPECT_FALSE(c >= 0 && c < 0x20) << line;
  }
  for (const std::string& line : describe_changes(nullptr, detail)) {
    for (const char c : line) EXPECT_FALSE(c >= 0 && c < 0x20) << line;
  }
}

TEST(WatchChanges, BeginWithTheWholeState) {
  EXPECT_EQ(describe_changes(nullptr, three_waves()), (Lines{
                                                          "rollout 3 of 1.1.0: running",
                                                          "wave 1 (1) is open",
                                                          "wave 2 (4) is open",
                                                          "1 soaking, 2 succeeded, 8 waiting, 1 working",
                                                      }));
}

TEST(WatchChanges, NothingNewIsNothing) {
  const api::RolloutDetail detail = three_waves();
  EXPECT_TRUE(describe_changes(&detail, detail).empty());
}

TEST(WatchChanges, NameWhatHappened) {
  const api::RolloutDetail before = three_waves();
  api::RolloutDetail after = before;
  after.members[3] = rolled_back();
  after.waves[2].open = true;
  after.rollout.counts = {{"succeeded", 2}, {"rolled-back", 1}};
  after.rollout.state = "halted";
  after.rollout.reason_text = "enough is enough";
  EXPECT_EQ(describe_changes(&before, after),
            (Lines{
                "wave 3 (100%) is open",
                "esp-4 rolled-back (SelfTest): the application's self-test failed: no sensor",
                "1 rolled-back, 2 succeeded",
                "rollout 3 of 1.1.0: halted: enough is enough",
            }));
  EXPECT_TRUE(describe_changes(&after, after).empty());
}

}  // namespace
}  // namespace flotilla::cli
