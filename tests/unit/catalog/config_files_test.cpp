#include "daemon/catalog/config_files.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "daemon/crypto/sha256.h"
#include "tests/support/temp_dir.h"

namespace flotilla::catalog {
namespace {

Digest digest_of(const std::string& bytes) { return crypto::sha256(ByteView(std::string_view(bytes))); }

class FileConfigsTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(configs.open().ok()); }
  void put(const std::string& content) { ASSERT_TRUE(configs.put(digest_of(content), content).ok()); }
  [[nodiscard]] std::size_t files() const {
    const std::filesystem::directory_iterator folder(dir.file("data/configs"));
    return static_cast<std::size_t>(std::distance(begin(folder), end(folder)));
  }

  test::TempDir dir;
  FileConfigs configs{dir.file("data/configs")};
};

TEST_F(FileConfigsTest, AreForTheDaemonsUserAlone) {
  put("secret");
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(configs.path(digest_of("secret"))).permissions(),
            perms::owner_read | perms::owner_write);
  EXPECT_EQ(std::filesystem::status(dir.file("data/configs")).permissions(), perms::owner_all);
  EXPECT_TRUE(configs.check(digest_of("secret")).ok());
}

TEST_F(FileConfigsTest, AreCheckedAgainstTheirDigest) {
  const auto refused = configs.put(digest_of("other"), "secret");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Corrupt);
  EXPECT_EQ(files(), 0U);
  put("secret");
  test::write_file(configs.path(digest_of("secret")), "changed");
  const auto bad = configs.check(digest_of("secret"));
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, ErrorCode::Corrupt);
  EXPECT_FALSE(configs.check(digest_of("never there")).ok());
}

TEST_F(FileConfigsTest, GoWhenNobodyNeedsThem) {
  for (const std::string content : {"a", "b", "c"}) put(content);
  test::write_file(dir.file("data/configs/b.tmp"), "a write that was cut off");
  configs.remove(digest_of("a"));
  configs.remove(digest_of("a"));
  EXPECT_EQ(files(), 3U);
  configs.keep_only({digest_of("b"), digest_of("not there")});
  EXPECT_EQ(files(), 1U);
  EXPECT_TRUE(configs.check(digest_of("b")).ok());
}

}  // namespace
}  // namespace flotilla::catalog
