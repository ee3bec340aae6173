#include "daemon/sqlite/text.h"

#include <gtest/gtest.h>

namespace flotilla::sqlite {
namespace {

TEST(Labels, ComeBack) {
  const std::map<std::string, std::string> rows[] = {
      {}, {{"room", "kitchen"}}, {{"a=b", "c=d"}, {"", ""}, {"line\nbreak", "\\n"}, {"back\\slash", "\\"}}};
  for (const auto& labels : rows) {
    std::map<std::string, std::string> out;
    EXPECT_TRUE(labels_from_text(labels_to_text(labels), out)) << labels_to_text(labels);
    EXPECT_EQ(out, labels);
  }
}

TEST(Labels, RefusesOtherText) {
  std::map<std::string, std::string> out;
  for (const char* text : {"room", "room=kitchen", "room\n", "a=b\nc", "a=b\\"}) {
    EXPECT_FALSE(labels_from_text(text, out)) << text;
  }
}

TEST(Waves, ComeBack) {
  EXPECT_EQ(waves_to_text({{1, false}, {10, true}, {100, true}}), "1,10%,100%");
  std::vector<core::WaveSize> out;
  ASSERT_TRUE(waves_from_text("1,10%,100%", out));
  EXPECT_EQ(waves_to_text(out), "1,10%,100%");
  ASSERT_TRUE(waves_from_text("", out));
  EXPECT_TRUE(out.empty());
}

TEST(Waves, RefusesOtherText) {
  std::vector<core::WaveSize> out;
  for (const char* text : {",", "1,", "x", "1%%", "1;2", "99999999999", "-1", "%"}) {
    EXPECT_FALSE(waves_from_text(text, out)) << text;
  }
}

}  // namespace
}  // namespace flotilla::sqlite
