#include "daemon/authority/file_set.h"

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;

FileSet one_file(const fs::path& folder, const std::string& content) {
  FileSet files(folder);
  files.add_private("sub/a", content);
  files.add_folder("empty");
  return files;
}

TEST(FileSet, WritesAllIntoANewOrEmptyFolder) {
  const test::TempDir dir;
  fs::create_directory(dir.path() / "empty");
  for (const char* name : {"new", "empty", "deep/below"}) {
    ASSERT_TRUE(one_file(dir.path() / name, "x").write().ok()) << name;
    EXPECT_EQ(test::read_file(dir.path() / name / "sub/a"), "x");
    EXPECT_TRUE(fs::is_directory(dir.path() / name / "empty"));
    EXPECT_FALSE(fs::exists(dir.path() / (std::string(name) + ".unfinished")));
  }
}

TEST(FileSet, TouchesNothingThatIsThere) {
  const test::TempDir dir;
  ASSERT_TRUE(one_file(dir.path() / "a", "first").write().ok());
  const auto second = one_file(dir.path() / "a", "second").write();
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_EQ(test::read_file(dir.path() / "a/sub/a"), "first");
  EXPECT_FALSE(fs::exists(dir.path() / "a.unfinished"));
}

TEST(FileSet, ClearsWhatARunLeftThatWasCutOff) {
  const test::TempDir dir;
  fs::create_directory(dir.path() / "a.unfinished");
  test::write_file(dir.path() / "a.unfinished/secret", "old");
  ASSERT_TRUE(one_file(dir.path() / "a", "x").write().ok());
  EXPECT_FALSE(fs::exists(dir.path() / "a/secret"));
}

TEST(FileSet, ReplaceKeepsThePrevious) {
  const test::TempDir dir;
  for (const char* content : {"first", "second", "third"}) {
    ASSERT_TRUE(one_file(dir.path() / "a", content).replace().ok());
    EXPECT_EQ(test::read_file(dir.path() / "a/sub/a"), content);
  }
  EXPECT_EQ(test::read_file(dir.path() / "a.previous/sub/a"), "second");
}

TEST(AbsoluteFolder, HasNoDotsAndNoSlashAtItsEnd) {
  EXPECT_EQ(absolute_folder("/a/./b/../c/"), fs::path("/a/c"));
  EXPECT_EQ(absolute_folder("x"), fs::current_path() / "x");
}

}  // namespace
}  // namespace flotilla::authority
