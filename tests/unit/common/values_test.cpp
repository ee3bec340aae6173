// bytes, digest, crc32, reason, messages: the small values.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "common/bytes.h"
#include "common/crc32.h"
#include "common/digest.h"
#include "common/messages.h"
#include "common/reason.h"
#include "common/result.h"

namespace flotilla {
namespace {

TEST(FixedString, RefusesWhatDoesNotFitAndKeepsItsValue) {
  FixedString<4> text("abcd");
  EXPECT_FALSE(text.assign("abcde"));
  EXPECT_EQ(text.view(), "abcd");
  EXPECT_TRUE(text.assign("xy"));
  EXPECT_EQ(text.view(), "xy");
  EXPECT_STREQ(text.c_str(), "xy");
  text.assign_cut("123456");
  EXPECT_EQ(text.view(), "1234");
}

TEST(FixedVector, IsFullAtItsCapacity) {
  FixedVector<int, 2> items;
  EXPECT_TRUE(items.push_back(1));
  EXPECT_TRUE(items.push_back(2));
  EXPECT_FALSE(items.push_back(3));
  EXPECT_EQ(items.size(), 2U);
  EXPECT_EQ(items[1], 2);
  items.clear();
  EXPECT_TRUE(items.empty());
}

TEST(Digest, HexGoesBothWays) {
  Digest digest;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) digest.bytes[i] = static_cast<std::uint8_t>(i * 7 + 1);
  const auto hex = to_hex(digest);
  Digest back;
  ASSERT_TRUE(from_hex(hex.view(), back));
  EXPECT_EQ(back, digest);
  EXPECT_EQ(hex.view().substr(0, 8), "01080f16");
}

TEST(Digest, RefusesOtherTextAndLeavesTheValue) {
  Digest digest;
  digest.bytes[0] = 9;
  std::string no_digit(64, 'a');
  no_digit[63] = 'g';
  const std::string wrong[] = {std::string(63, 'a'), std::string(65, 'a'), no_digit, {}};
  for (const auto& text : wrong) {
    EXPECT_FALSE(from_hex(text, digest)) << text;
  }
  EXPECT_EQ(digest.bytes[0], 9);
  EXPECT_TRUE(from_hex(std::string(64, 'F'), digest));
  EXPECT_EQ(digest.bytes[31], 255);
}

TEST(Crc32, HasTheStandardCheckValueAndCanBeFedInPieces) {
  EXPECT_EQ(crc32(ByteView(std::string_view("123456789"))), 0xCBF43926U);
  EXPECT_EQ(crc32(ByteView(std::string_view("56789")), crc32(ByteView(std::string_view("1234")))), 0xCBF43926U);
  EXPECT_EQ(crc32(ByteView()), 0U);
}

TEST(Reason, EveryNumberHasOneNameAndASentence) {
  std::set<std::string_view> names;
  int known = 0;
  for (std::uint32_t number = 0; number < 255; ++number) {
    const Reason reason = reason_from_number(number);
    if (reason == Reason::Unknown) continue;
    ++known;
    EXPECT_EQ(static_cast<std::uint32_t>(reason), number);
    EXPECT_TRUE(names.insert(to_string(reason)).second) << number;
    EXPECT_GT(explain(reason).size(), 8U) << number;
  }
  EXPECT_EQ(known, 38);
  EXPECT_EQ(reason_from_number(4711), Reason::Unknown);
}

TEST(DeviceId, FollowsTheGrammar) {
  for (const auto* good : {"a", "0", "roof-1", "esp8266-0a1b2c", "a23456789012345678901234567890ab"}) {
    EXPECT_TRUE(is_device_id(good)) << good;
  }
  for (const auto* bad : {"", "-a", "_flotillad", "_op.alice", "A", "a b", "a/b", "a+", "a#", "ä", "a.b",
                          "a23456789012345678901234567890abc"}) {
    EXPECT_FALSE(is_device_id(bad)) << bad;
  }
}

TEST(Result, HoldsAValueOrAnError) {
  const Result<int, std::string> value = 5;
  const Result<int, std::string> error = std::string("no");
  EXPECT_TRUE(value.ok());
  EXPECT_EQ(*value, 5);
  EXPECT_FALSE(error.ok());
  EXPECT_EQ(error.error(), "no");
}

}  // namespace
}  // namespace flotilla
