#include "daemon/api/waves.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace flotilla::api {
namespace {

struct Good {
  const char* text;
  std::vector<core::WaveSize> sizes;
};

TEST(Waves, ReadsAndWritesTheSameText) {
  const std::vector<Good> rows = {
      {.text = "100%", .sizes = {{100, true}}},
      {.text = "1,10%,100%", .sizes = {{1, false}, {10, true}, {100, true}}},
      {.text = "1,4,100%", .sizes = {{1, false}, {4, false}, {100, true}}},
      {.text = "10%,20,100%", .sizes = {{10, true}, {20, false}, {100, true}}},
      {.text = "1000000", .sizes = {{1'000'000, false}}},
  };
  for (const Good& row : rows) {
    const auto waves = parse_waves(row.text);
    ASSERT_TRUE(waves.ok()) << row.text << ": " << waves.error().message;
    ASSERT_EQ(waves->size(), row.sizes.size()) << row.text;
    for (std::size_t i = 0; i < row.sizes.size(); ++i) {
      EXPECT_EQ((*waves)[i].value, row.sizes[i].value) << row.text;
      EXPECT_EQ((*waves)[i].percent, row.sizes[i].percent) << row.text;
    }
    EXPECT_EQ(format_waves(*waves), row.text);
  }
}

struct Bad {
  const char* text;
  const char* names;  // what the message must name
};

TEST(Waves, RefusesAndNamesThePart) {
  const std::vector<Bad> rows = {
      {.text = "", .names = "none given"},
      {.text = ",", .names = "\"\""},
      {.text = "1,", .names = "\"\""},
      {.text = "%", .names = "\"%\""},
      {.text = "0", .names = "\"0\""},
      {.text = "0%", .names = "\"0%\""},
      {.text = "101%", .names = "\"101%\""},
      {.text = "1000001", .names = "\"1000001\""},
      {.text = "-1", .names = "\"-1\""},
      {.text = "1 ,2", .names = "\"1 \""},
      {.text = "1,x,100%", .names = "\"x\""},
      {.text = "4294967297", .names = "\"4294967297\""},
      {.text = "4,4", .names = "4 does not grow after 4"},
      {.text = "50%,10%", .names = "10% does not grow after 50%"},
      {.text = "5,10%,3,100%", .names = "3 does not grow after 5"},
  };
  for (const Bad& row : rows) {
    const auto waves = parse_waves(row.text);
    ASSERT_FALSE(waves.ok()) << row.text;
    EXPECT_EQ(waves.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(waves.error().message.find(row.names), std::string::npos) << row.text << ": " << waves.error().message;
    EXPECT_FALSE(waves.error().hint.empty());
  }
}

TEST(Waves, HasAnEndToTheirNumber) {
  std::string text = "1";
  for (std::size_t i = 2; i <= kMaxWaves; ++i) text += "," + std::to_string(i);
  EXPECT_TRUE(parse_waves(text).ok());
  EXPECT_FALSE(parse_waves(text + ",100%").ok());
}

}  // namespace
}  // namespace flotilla::api
