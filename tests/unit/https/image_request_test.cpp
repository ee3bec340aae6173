#include "daemon/https/image_request.h"

#include <gtest/gtest.h>

#include "daemon/https/access_table.h"
#include "daemon/https/response_head.h"

namespace flotilla::https {
namespace {

const std::string kHex = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const std::string kTag = '"' + kHex + '"';
constexpr std::uint64_t kSize = 1000;

Digest digest() {
  Digest value;
  EXPECT_TRUE(from_hex(kHex, value));
  return value;
}

TEST(FileTarget, IsOneAddressForAFile) {
  FileName name;
  EXPECT_TRUE(parse_file_target("/v1/images/" + kHex, name));
  EXPECT_EQ(name, (FileName{service::FileKind::Image, digest()}));
  EXPECT_TRUE(parse_file_target("/v1/configs/" + kHex, name));
  EXPECT_EQ(name, (FileName{service::FileKind::Config, digest()}));
  std::string upper = kHex;
  upper.back() = 'F';
  for (const std::string& target :
       {"/v1/images/" + upper, "/v1/images/" + kHex + "0", "/v1/images/" + kHex + "/", "/v1/images/" + kHex + "?x=1",
        "/v1/images//" + kHex, "/v1/images/" + kHex.substr(1), std::string("/v1/images/"), std::string("/"),
        "/v2/images/" + kHex, "/v1/configs/" + upper, "/v1/configs" + kHex, "/v1/config/" + kHex,
        "/v1/images/../images/" + kHex, "/v1/images/" + std::string(64, 'g'), std::string()}) {
    SCOPED_TRACE(target);
    FileName untouched;
    EXPECT_FALSE(parse_file_target(target, untouched));
    EXPECT_EQ(untouched, FileName{});
  }
}

TEST(PlanTransfer, AppliesConditionsInTheirOrder) {
  const struct {
    const char* name;
    Conditions conditions;
    unsigned status;
    std::uint64_t first = 0;
    std::uint64_t length = 0;
  } rows[] = {
      {.name = "plain", .conditions = {}, .status = 200, .length = kSize},
      {.name = "range", .conditions = {.range = "bytes=10-19"}, .status = 206, .first = 10, .length = 10},
      {.name = "behind the end", .conditions = {.range = "bytes=1000-"}, .status = 416},
      {.name = "several", .conditions = {.range = "bytes=0-1,4-5"}, .status = 200, .length = kSize},
      {.name = "HEAD ignores Range",
       .conditions = {.method = Method::Head, .range = "bytes=1000-"},
       .status = 200,
       .length = kSize},
      {.name = "If-Range fits",
       .conditions = {.range = "bytes=10-19", .if_range = kTag},
       .status = 206,
       .first = 10,
       .length = 10},
      {.name = "If-Range of another image",
       .conditions = {.range = "bytes=10-19", .if_range = "\"other\""},
       .status = 200,
       .length = kSize},
      {.name = "If-Range is never weak",
       .conditions = {.range = "bytes=10-19", .if_range = "W/\"x\""},
       .status = 200,
       .length = kSize},
      {.name = "If-Range with a date",
       .conditions = {.range = "bytes=10-19", .if_range = "Mon, 01 Jan 2024 00:00:00 GMT"},
       .status = 200,
       .length = kSize},
      {.name = "known already", .conditions = {.if_none_match = kTag}, .status = 304},
      {.name = "known already, with Range", .conditions = {.range = "bytes=0-", .if_none_match = kTag}, .status = 304},
      {.name = "any", .conditions = {.if_none_match = "*"}, .status = 304},
      {.name = "others known", .conditions = {.if_none_match = "\"a\", \"b\""}, .status = 200, .length = kSize},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    const Transfer transfer = plan_transfer(row.conditions, digest(), kSize);
    EXPECT_EQ(transfer.status, row.status);
    EXPECT_EQ(transfer.first, row.first);
    EXPECT_EQ(transfer.length, row.length);
  }
}

TEST(PlanTransfer, FindsTheTagInAListAndWeak) {
  const std::string list = "\"a\" ,\tW/" + kTag + " , \"b\"";
  EXPECT_EQ(plan_transfer({.if_none_match = list}, digest(), kSize).status, 304U);
  const std::string weak = "W/" + kTag;
  EXPECT_EQ(plan_transfer({.range = "bytes=1-", .if_range = weak}, digest(), kSize).status, 200U);
}

TEST(ResponseHead, IsTextWithTheFieldsInOrder) {
  const ResponseHead head{.status = 206,
                          .content_length = 10,
                          .close = true,
                          .fields = {{"ETag", "\"x\""}, {"Content-Range", content_range(10, 10, 1000)}}};
  EXPECT_EQ(to_text(head, 784111777),
            "HTTP/1.1 206 Partial Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 10\r\n"
            "ETag: \"x\"\r\nContent-Range: bytes 10-19/1000\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(to_text({.status = 304}, 0), "HTTP/1.1 304 Not Modified\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n\r\n");
  EXPECT_EQ(content_range(0, 0, 1000), "bytes */1000");
}

TEST(AccessTable, KnowsOneFileADevice) {
  constexpr auto kImage = service::FileKind::Image;
  constexpr auto kConfig = service::FileKind::Config;
  AccessTable table;
  Digest other = digest();
  other.bytes[0] = 0xFF;
  EXPECT_FALSE(table.allowed("esp-1", {kImage, digest()}));
  table.allow("esp-1", kImage, digest());
  EXPECT_TRUE(table.allowed("esp-1", {kImage, digest()}));
  EXPECT_FALSE(table.allowed("esp-1", {kConfig, digest()})) << "under its own address alone";
  EXPECT_FALSE(table.allowed("esp-2", {kImage, digest()}));
  table.allow("esp-1", kConfig, other);
  EXPECT_FALSE(table.allowed("esp-1", {kImage, digest()}));
  EXPECT_FALSE(table.allowed("esp-1", {kImage, other}));
  EXPECT_TRUE(table.allowed("esp-1", {kConfig, other}));
  table.withdraw("esp-1");
  table.withdraw("esp-1");
  EXPECT_FALSE(table.allowed("esp-1", {kConfig, other}));
}

}  // namespace
}  // namespace flotilla::https
