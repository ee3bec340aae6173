#include "daemon/https/image_files.h"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/fakes/folder_images.h"
#include "tests/support/process.h"

namespace flotilla::https {
namespace {

class ImageFilesTest : public ::testing::Test {
 protected:
  fakes::FolderImages images_;
  ImageFiles files_{{service::FileKind::Image, images_, images_}};
  Digest image_ = images_.add("the image's bytes");
};

TEST_F(ImageFilesTest, ComparesTheBytesOnceForEachStateOfTheFile) {
  for (int i = 0; i < 3; ++i) {
    const auto file = files_.open(image_);
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(file->size(), 17U);
    std::string bytes(5, ' ');
    ASSERT_TRUE(file->read(4, bytes.data(), bytes.size()));
    EXPECT_EQ(bytes, "image");
    EXPECT_FALSE(file->read(16, bytes.data(), bytes.size()));
  }
  EXPECT_EQ(images_.checks(), 1U);
}

TEST_F(ImageFilesTest, NoticesBytesThatWereChangedAfterTheCheck) {
  ASSERT_TRUE(files_.open(image_).ok());
  const auto before = file_state(images_.path(image_));
  // The time stamps of some file systems advance in steps of milliseconds.
  ASSERT_TRUE(test::wait_until([&] {
    test::write_file(images_.path(image_), "the image's bytez");
    return file_state(images_.path(image_)) != before;
  }));
  for (int i = 0; i < 3; ++i) {
    const auto file = files_.open(image_);
    ASSERT_FALSE(file.ok());
    EXPECT_EQ(file.error().code, ErrorCode::Corrupt);
  }
  EXPECT_EQ(images_.checks(), 2U);
  EXPECT_EQ(images_.unusable().size(), 1U) << "told once for each state of the file";

  images_.add("the image's bytes");
  EXPECT_TRUE(files_.open(image_).ok()) << "mended, so it is served again";
}

TEST_F(ImageFilesTest, TellsAMissingFile) {
  std::filesystem::remove(images_.path(image_));
  const auto file = files_.open(image_);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().code, ErrorCode::NotFound);
  EXPECT_NE(file.error().message.find("No such file"), std::string::npos);
  EXPECT_EQ(images_.unusable().size(), 1U);
}

TEST_F(ImageFilesTest, ServesNoFolder) {
  std::filesystem::remove(images_.path(image_));
  std::filesystem::create_directory(images_.path(image_));
  EXPECT_FALSE(files_.open(image_).ok());
}

}  // namespace
}  // namespace flotilla::https
