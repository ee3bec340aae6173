#include "daemon/log/log.h"

#include <gtest/gtest.h>

namespace flotilla::log {
namespace {

std::string filled(std::string_view pattern, const std::vector<Argument>& args) {
  return fill(pattern, args.data(), args.size());
}

TEST(Log, FillsThePattern) {
  EXPECT_EQ(filled("plain", {}), "plain");
  EXPECT_EQ(filled("{} and {}", {"a", 7}), "a and 7");
  EXPECT_EQ(filled("{}", {}), "{}") << "an argument too few";
  EXPECT_EQ(filled("x", {true, std::string("b")}), "x true b") << "arguments too many";
  EXPECT_EQ(filled("{}", {"{}"}), "{}") << "an argument is no pattern";
}

TEST(Log, KnowsItsLevels) {
  Level level = Level::Info;
  EXPECT_TRUE(parse_level("warning", level));
  EXPECT_EQ(level, Level::Warning);
  EXPECT_FALSE(parse_level("loud", level));
  EXPECT_EQ(level, Level::Warning);
}

TEST(Log, LeavesNoControlCharacterOfForeignText) {
  const Logger logger("mqtt");
  testing::internal::CaptureStderr();
  set_level(Level::Info);
  logger.info("said {}", "a\x7f\xc2\x9b[2J\xc3\x9b\xc2");
  EXPECT_NE(testing::internal::GetCapturedStderr().find("said a   [2J\xc3\x9b\xc2\n"), std::string::npos);
}

TEST(Log, WritesOneLineWithTheComponent) {
  const Logger logger("mqtt");
  testing::internal::CaptureStderr();
  set_level(Level::Info);
  logger.debug("not this");
  logger.info("device {} said {}", "esp-1", "two\nlines\x1b[31m");
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(text.find("info    mqtt: device esp-1 said two lines [31m\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("not this"), std::string::npos);
}

}  // namespace
}  // namespace flotilla::log
