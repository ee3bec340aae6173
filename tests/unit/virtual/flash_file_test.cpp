#include "firmware-esp/virtual/flash_file.h"

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/temp_dir.h"

namespace flotilla {
namespace {

class FlashFileTest : public testing::Test {
 protected:
  FlashFileTest() {
    const std::vector<std::uint8_t> image(0x2000, 0xE9);
    const std::vector<std::uint8_t> block(0x4000, 0xAB);
    FlashFile::create(path, ByteView(image.data(), image.size()), ByteView(block.data(), block.size()));
  }
  std::uint8_t byte_at(FlashFile& flash, std::uint32_t address) const {
    std::array<std::uint8_t, 4> word{};
    EXPECT_TRUE(flash.read(address, word.data(), word.size()));
    return word[0];
  }

  test::TempDir dir;
  std::string path = dir.file("board.flash");
};

constexpr std::array<std::uint8_t, 4> kOnes{0xF0, 0xFF, 0xFF, 0xFF};
constexpr std::array<std::uint8_t, 4> kOthers{0x3C, 0, 0, 0};

TEST_F(FlashFileTest, NewFlashHoldsImageProvisioningAndNothingElse) {
  FlashFile flash(path);
  EXPECT_EQ(flash.size(), flash_map::kFlashSize);
  EXPECT_EQ(byte_at(flash, 0), 0xE9);
  EXPECT_EQ(byte_at(flash, 0x1FFC), 0xE9);
  EXPECT_EQ(byte_at(flash, 0x2000), 0xFF);
  EXPECT_EQ(byte_at(flash, flash_map::kProvisioning[0] - 4), 0xFF);
  EXPECT_EQ(byte_at(flash, flash_map::kProvisioning[0]), 0xAB);
  EXPECT_EQ(byte_at(flash, flash_map::kProvisioning[1] + 0x1FFC), 0xAB);
  EXPECT_EQ(byte_at(flash, flash_map::kFileSystem), 0xFF);
}

TEST_F(FlashFileTest, WritingOnlyClearsBitsAndErasingSetsThem) {
  FlashFile flash(path);
  ASSERT_TRUE(flash.write(flash_map::kSlot[0], kOnes.data(), 4));
  ASSERT_TRUE(flash.write(flash_map::kSlot[0], kOthers.data(), 4));
  EXPECT_EQ(byte_at(flash, flash_map::kSlot[0]), 0xF0 & 0x3C);
  ASSERT_TRUE(flash.write(flash_map::kSlot[0] + 0x1000, kOthers.data(), 4));
  ASSERT_TRUE(flash.erase_sector(flash_map::kSlot[0]));
  EXPECT_EQ(byte_at(flash, flash_map::kSlot[0]), 0xFF);
  EXPECT_EQ(byte_at(flash, flash_map::kSlot[0] + 0x1000), 0x3C) << "the next sector is not touched";
}

TEST_F(FlashFileTest, UnalignedAndOutsideAreRefused) {
  FlashFile flash(path);
  std::array<std::uint8_t, 8> bytes{};
  EXPECT_FALSE(flash.read(2, bytes.data(), 4));
  EXPECT_FALSE(flash.read(0, bytes.data(), 6));
  EXPECT_FALSE(flash.read(flash_map::kFlashSize - 4, bytes.data(), 8));
  EXPECT_FALSE(flash.write(flash_map::kFlashSize, bytes.data(), 4));
  EXPECT_FALSE(flash.write(0xFFFFFFFC, bytes.data(), 8));
  EXPECT_FALSE(flash.erase_sector(0x1800));
  EXPECT_FALSE(flash.erase_sector(flash_map::kFlashSize));
  EXPECT_EQ(byte_at(flash, 0), 0xE9);
}

TEST_F(FlashFileTest, IsLockedWhileOpen) {
  {
    FlashFile flash(path);
    EXPECT_THROW(FlashFile{path}, std::runtime_error);
  }
  EXPECT_NO_THROW(FlashFile{path});
}

TEST_F(FlashFileTest, OfAnotherSizeIsRefused) {
  std::filesystem::resize_file(path, 0x100000);
  EXPECT_THROW(FlashFile{path}, std::runtime_error);
  EXPECT_THROW(FlashFile{dir.file("absent")}, std::runtime_error);
}

TEST_F(FlashFileTest, KilledWriterLosesNothing) {
  const pid_t child = ::fork();
  if (child == 0) {
    FlashFile flash(path);
    (void)flash.write(flash_map::kAgentJournal, kOthers.data(), 4);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  FlashFile flash(path);
  EXPECT_EQ(byte_at(flash, flash_map::kAgentJournal), 0x3C);
}

TEST_F(FlashFileTest, ImageReaderReadsAnyBytes) {
  FlashFile flash(path);
  std::vector<std::uint8_t> pattern(2048);
  for (std::size_t i = 0; i < pattern.size(); ++i) pattern[i] = static_cast<std::uint8_t>(i * 7);
  ASSERT_TRUE(flash.write(flash_map::kSlotImage[0], pattern.data(), pattern.size()));
  FlashImageReader reader(flash, flash_map::kSlotImage[0]);
  for (const std::uint32_t offset : {0U, 1U, 3U, 250U, 997U}) {
    for (const std::size_t size : {1U, 2U, 5U, 255U, 256U, 1000U}) {
      std::vector<std::uint8_t> out(size);
      ASSERT_TRUE(reader.read(offset, out.data(), size));
      EXPECT_TRUE(std::equal(out.begin(), out.end(), pattern.begin() + offset)) << offset << " " << size;
    }
  }
}

}  // namespace
}  // namespace flotilla
