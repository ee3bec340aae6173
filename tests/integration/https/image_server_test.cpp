// What the image server answers, and to whom.
#include <filesystem>

#include "tests/integration/https/server_fixture.h"

namespace flotilla::https {
namespace {

TEST_F(ImageServerTest, ServesTheOrderedImage) {
  start();
  const Answer answer = fetch(path());
  EXPECT_EQ(answer.exit_code, 0) << answer.output;
  EXPECT_EQ(answer.status, 200U);
  EXPECT_TRUE(answer.body == image_bytes_);
  EXPECT_EQ(answer.field("Content-Length"), std::to_string(kImageSize));
  EXPECT_EQ(answer.field("ETag"), '"' + std::string(to_hex(image_).view()) + '"');
  EXPECT_EQ(answer.field("Accept-Ranges"), "bytes");
}

TEST_F(ImageServerTest, AnswersHeadWithoutBody) {
  start();
  const Answer answer = fetch(path(), {"--head"});
  EXPECT_EQ(answer.status, 200U);
  EXPECT_EQ(answer.field("Content-Length"), std::to_string(kImageSize));
  const auto raw = s_client("HEAD " + path() + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "");
  EXPECT_EQ(raw.substr(raw.size() - 4), "\r\n\r\n") << raw;
}

TEST_F(ImageServerTest, ServesRanges) {
  start();
  const struct {
    std::string range;
    std::size_t first;
    std::size_t length;
  } rows[] = {{"0-", 0, kImageSize},
              {"65536-", 65536, kImageSize - 65536},
              {"100-199", 100, 100},
              {"-16", kImageSize - 16, 16}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.range);
    const Answer answer = fetch(path(), {"--range", row.range});
    EXPECT_EQ(answer.status, 206U);
    EXPECT_TRUE(answer.body == image_bytes_.substr(row.first, row.length));
    EXPECT_EQ(answer.field("Content-Range"), "bytes " + std::to_string(row.first) + "-" +
                                                 std::to_string(row.first + row.length - 1) + "/" +
                                                 std::to_string(kImageSize));
  }
  EXPECT_TRUE(fetch(path(), {"--range", "0-1,5-6"}).body == image_bytes_);
  const Answer behind = fetch(path(), {"--range", std::to_string(kImageSize) + "-"});
  EXPECT_EQ(behind.status, 416U);
  EXPECT_EQ(behind.field("Content-Range"), "bytes */" + std::to_string(kImageSize));
}

TEST_F(ImageServerTest, HonoursConditions) {
  start();
  const std::string tag = '"' + std::string(to_hex(image_).view()) + '"';
  const Answer known = fetch(path(), {"-H", "If-None-Match: " + tag});
  EXPECT_EQ(known.status, 304U);
  EXPECT_TRUE(known.body.empty());
  EXPECT_EQ(fetch(path(), {"--range", "5-6", "-H", "If-Range: " + tag}).status, 206U);
  EXPECT_EQ(fetch(path(), {"--range", "5-6", "-H", "If-Range: \"other\""}).status, 200U);
}

TEST_F(ImageServerTest, ServesADeviceNothingButItsOrder) {
  start();
  const Digest another = images_.add("another image");
  EXPECT_EQ(fetch(path_of(another)).status, 403U);
  Digest unknown;
  EXPECT_EQ(fetch(path_of(unknown)).status, 403U) << "a device cannot tell which images exist";
  EXPECT_EQ(fetch_as(authority_.issue_client("esp-2"), path()).status, 403U);
  access_.allow("esp-1", service::FileKind::Image, another);
  EXPECT_EQ(fetch(path()).status, 403U);
  EXPECT_EQ(fetch(path_of(another)).body, "another image");
  access_.withdraw("esp-1");
  EXPECT_EQ(fetch(path_of(another)).status, 403U);
}

TEST_F(ImageServerTest, ServesAConfigurationToItsDeviceAlone) {
  start();
  const std::string content(900, 's');
  const Digest config = configs_.add(content);
  const std::string target = "/v1/configs/" + std::string(to_hex(config).view());
  const auto other = authority_.issue_client("esp-2");
  EXPECT_EQ(fetch(target).status, 403U) << "nothing was granted";
  access_.allow("esp-1", service::FileKind::Config, config);
  const Answer whole = fetch(target);
  EXPECT_EQ(whole.status, 200U);
  EXPECT_EQ(whole.body, content);
  EXPECT_EQ(whole.field("Cache-Control"), "no-store");
  const Answer rest = fetch(target, {"--range", "890-"});
  EXPECT_EQ(rest.status, 206U);
  EXPECT_EQ(rest.body, content.substr(890));
  EXPECT_EQ(fetch_as(other, target).status, 403U);
  EXPECT_EQ(fetch(path_of(config)).status, 403U) << "it is no image";
  EXPECT_EQ(fetch(path()).status, 403U) << "one order, one file";
  EXPECT_EQ(fetch("/v1/configs/").status, 404U);
  EXPECT_EQ(fetch(target + "0").status, 404U);
  test::write_file(configs_.path(config), std::string(900, 'x'));
  EXPECT_EQ(fetch(target).status, 500U);
  EXPECT_EQ(configs_.unusable().size(), 1U) << "and the engine knows";
  EXPECT_TRUE(images_.unusable().empty());
  access_.withdraw("esp-1");
  EXPECT_EQ(fetch(target).status, 403U);
}

TEST_F(ImageServerTest, ServesDevicesAlone) {
  start();
  for (const std::string cn : {"_flotillad", "_op.alice", "ESP-1"}) {
    SCOPED_TRACE(cn);
    access_.allow(cn, service::FileKind::Image, image_);
    EXPECT_EQ(fetch_as(authority_.issue_client(cn), path()).status, 403U);
  }
}

TEST_F(ImageServerTest, NamesWhatIsWrongWithARequest) {
  start();
  EXPECT_EQ(fetch("/").status, 404U);
  EXPECT_EQ(fetch("/v1/images/abc").status, 404U);
  EXPECT_EQ(fetch("/v1/images/../images/" + std::string(to_hex(image_).view())).status, 404U);
  const Answer deleted = fetch(path(), {"-X", "DELETE"});
  EXPECT_EQ(deleted.status, 405U);
  EXPECT_EQ(deleted.field("Allow"), "GET, HEAD");
  EXPECT_EQ(fetch(path(), {"-X", "GET", "--data", "body"}).status, 413U);
  EXPECT_EQ(fetch(path(), {"--http1.0"}).status, 505U);
  EXPECT_EQ(fetch(path(), {"-H", "Host:"}).status, 400U);
  EXPECT_NE(s_client("nonsense\r\n\r\n", "").find("HTTP/1.1 400 "), std::string::npos);
  EXPECT_NE(s_client("GET http://x" + path() + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "").find(" 400 "),
            std::string::npos);
}

TEST_F(ImageServerTest, KeepsTheConnectionForFurtherRequests) {
  start();
  const std::string get = "GET " + path() + " HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\n";
  const std::string both = s_client(get + "\r\n" + get + "Connection: close\r\n\r\n", "");
  EXPECT_EQ(test::count_of(both, "HTTP/1.1 206 Partial Content"), 2U) << both;
  EXPECT_EQ(test::count_of(both, "Connection: close"), 1U);
}

TEST_F(ImageServerTest, RefusesAnImageThatWasChangedOnDisk) {
  start();
  ASSERT_EQ(fetch(path()).status, 200U);
  const auto before = std::filesystem::last_write_time(images_.path(image_));
  std::string changed = image_bytes_;
  changed[1000] = static_cast<char>(changed[1000] ^ 1);
  ASSERT_TRUE(test::wait_until([&] {
    test::write_file(images_.path(image_), changed);
    return std::filesystem::last_write_time(images_.path(image_)) != before;
  }));
  const Answer answer = fetch(path());
  EXPECT_EQ(answer.status, 500U);
  EXPECT_LT(answer.body.size(), 200U) << "not one byte of the image";
  ASSERT_EQ(images_.unusable().size(), 1U);
  EXPECT_NE(images_.unusable()[0].find("digest"), std::string::npos);

  std::filesystem::remove(images_.path(image_));
  EXPECT_EQ(fetch(path()).status, 500U);
  EXPECT_EQ(images_.unusable().size(), 2U);
}

}  // namespace
}  // namespace flotilla::https
