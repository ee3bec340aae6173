#include "daemon/catalog/file_catalog.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "daemon/crypto/sha256.h"
#include "tests/support/temp_dir.h"

namespace flotilla::catalog {
namespace {

const std::string kImage(100'000, 'i');

Digest digest_of(const std::string& bytes) { return crypto::sha256(ByteView(std::string_view(bytes))); }

class FileCatalogTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(catalog.open().ok()); }

  test::TempDir dir;
  FileCatalog catalog{dir.file("data/images")};
};

TEST_F(FileCatalogTest, KeepsAnImage) {
  EXPECT_FALSE(catalog.check(digest_of(kImage)).ok());
  ASSERT_TRUE(catalog.put(digest_of(kImage), kImage).ok());
  EXPECT_TRUE(catalog.put(digest_of(kImage), kImage).ok()) << "once more changes nothing";
  EXPECT_TRUE(catalog.check(digest_of(kImage)).ok());
  EXPECT_EQ(test::read_file(catalog.path(digest_of(kImage))), kImage);
  FileCatalog later(dir.file("data/images"));
  EXPECT_TRUE(later.check(digest_of(kImage)).ok());
}

TEST_F(FileCatalogTest, RefusesBytesOfAnotherDigest) {
  const auto refused = catalog.put(digest_of("other"), kImage);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Corrupt);
  EXPECT_TRUE(std::filesystem::is_empty(dir.file("data/images")));
}

TEST_F(FileCatalogTest, SeesAChangeOnTheDisk) {
  ASSERT_TRUE(catalog.put(digest_of(kImage), kImage).ok());
  ASSERT_TRUE(catalog.check(digest_of(kImage)).ok());
  const std::string path = catalog.path(digest_of(kImage));
  std::string changed = kImage;
  changed[5000] ^= 1;
  test::write_file(path, changed);
  const auto bad = catalog.check(digest_of(kImage));
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().code, ErrorCode::Corrupt);
  EXPECT_NE(bad.error().message.find(path), std::string::npos) << bad.error().message;
  ASSERT_TRUE(catalog.put(digest_of(kImage), kImage).ok()) << "a good one takes its place";
  EXPECT_TRUE(catalog.check(digest_of(kImage)).ok());
  std::filesystem::remove(path);
  EXPECT_FALSE(catalog.check(digest_of(kImage)).ok());
}

}  // namespace
}  // namespace flotilla::catalog
