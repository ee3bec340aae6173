#include "daemon/crypto/files.h"

#include <sys/stat.h>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace flotilla::crypto {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0);
  return status.st_mode & 0777U;
}

TEST(Files, ModesHoldUnderAnyUmask) {
  const test::TempDir dir;
  for (const mode_t mask : {0000U, 0077U}) {
    const mode_t before = ::umask(mask);
    const std::string name = std::to_string(mask);
    EXPECT_TRUE(create_file(dir.file("private" + name), "a", Access::Private).ok());
    EXPECT_TRUE(create_file(dir.file("public" + name), "b", Access::Public).ok());
    ::umask(before);
    EXPECT_EQ(mode_of(dir.file("private" + name)), 0600U);
    EXPECT_EQ(mode_of(dir.file("public" + name)), 0644U);
  }
}

TEST(Files, CreateNeverOverwrites) {
  const test::TempDir dir;
  ASSERT_TRUE(create_file(dir.file("a"), "first", Access::Public).ok());
  const auto second = create_file(dir.file("a"), "second", Access::Public);
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_EQ(test::read_file(dir.file("a")), "first");
}

TEST(Files, ReplaceLeavesNothingBeside) {
  const test::TempDir dir;
  test::write_file(dir.file("a.new"), "of a run that was cut off");
  ASSERT_TRUE(replace_file(dir.file("a"), "first", Access::Private).ok());
  ASSERT_TRUE(replace_file(dir.file("a"), "second", Access::Private).ok());
  EXPECT_EQ(test::read_file(dir.file("a")), "second");
  EXPECT_FALSE(std::filesystem::exists(dir.file("a.new")));
}

TEST(Files, ReadSaysWhatIsWrong) {
  const test::TempDir dir;
  test::write_file(dir.file("ten"), "0123456789");
  EXPECT_EQ(*read_file(dir.file("ten"), 10), "0123456789");
  EXPECT_EQ(read_file(dir.file("ten"), 9).error().code, ErrorCode::Refused);
  const auto missing = read_file(dir.file("none"));
  ASSERT_FALSE(missing.ok());
  EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
  EXPECT_NE(missing.error().message.find(dir.file("none")), std::string::npos);
}

TEST(Files, FoldersArePrivate) {
  const test::TempDir dir;
  ASSERT_TRUE(create_private_folder(dir.path() / "a/b/c").ok());
  EXPECT_EQ(mode_of(dir.path() / "a"), 0700U);
  EXPECT_EQ(mode_of(dir.path() / "a/b/c"), 0700U);
  EXPECT_TRUE(create_private_folder(dir.path() / "a/b/c").ok());
  test::write_file(dir.file("file"), "");
  EXPECT_FALSE(create_private_folder(dir.path() / "file/under").ok());
}

TEST(Files, FolderHasOneLock) {
  const test::TempDir dir;
  EXPECT_TRUE(lock_folder(dir.path()).ok());
  EXPECT_TRUE(lock_folder(dir.path()).ok());  // the first one went
  EXPECT_FALSE(lock_folder(dir.path() / "none").ok());
}

}  // namespace
}  // namespace flotilla::crypto
