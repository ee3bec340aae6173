#include "daemon/api/target.h"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace flotilla::api {
namespace {

TEST(Target, SplitsPathAndQuery) {
  const auto target = parse_target("/v1/history?device=a-1&limit=5&flag");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(target->path, "/v1/history");
  const std::vector<std::pair<std::string, std::string>> query = {{"device", "a-1"}, {"limit", "5"}, {"flag", ""}};
  EXPECT_EQ(target->query, query);
  EXPECT_TRUE(parse_target("/v1/releases/1.0.0-rc.1+build")->query.empty());
  EXPECT_TRUE(parse_target("/v1/history?")->query.empty());
}

TEST(Target, RefusesWhatNeedsDecoding) {
  for (const char* text : {"", "v1/status", "*", "http://x/v1", "/v1/%2e%2e", "/a b", "/a\x1b", "/a?b=%41", "/a?b=\"",
                           "/a?b?c", "/\xc3\xbc"}) {
    EXPECT_FALSE(parse_target(text).has_value()) << text;
  }
  EXPECT_TRUE(parse_target("/" + std::string(511, 'a')).has_value());
  EXPECT_FALSE(parse_target("/" + std::string(512, 'a')).has_value());
}

TEST(Target, MatchesOneSegment) {
  EXPECT_EQ(match("/v1/status", "/v1/status"), "");
  EXPECT_EQ(match("/v1/devices/{}", "/v1/devices/a"), "a");
  EXPECT_EQ(match("/v1/devices/{}/why", "/v1/devices/a/why"), "a");
  for (const char* path :
       {"/v1/devices/", "/v1/devices", "/v1/devices/a/why", "/v1/devices/a/", "/v1/devices//a", "/v1"}) {
    EXPECT_FALSE(match("/v1/devices/{}", path).has_value()) << path;
  }
  EXPECT_FALSE(match("/v1/devices/{}/why", "/v1/devices/why").has_value());
  EXPECT_FALSE(match("/v1/devices/{}/why", "/v1/devices//why").has_value());
}

TEST(Target, ReadsNumbersStrictly) {
  EXPECT_EQ(parse_number("0"), 0U);
  EXPECT_EQ(parse_number("9223372036854775807"), 9223372036854775807U);
  for (const char* text : {"", "-1", "+1", "1 ", "0x1", "1.0", "9223372036854775808", "99999999999999999999"}) {
    EXPECT_FALSE(parse_number(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace flotilla::api
