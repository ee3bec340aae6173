// Sector 0 as it goes onto boards, byte by byte: what the mask ROM, elf2bin.py and the agent rely on.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "common/flash_map.h"
#include "firmware-esp/bootloader/boot_journal.h"

namespace flotilla::bootloader_test {
namespace {

struct Segment {
  std::uint32_t address;
  std::string bytes;
};

class Sector0 : public testing::Test {
 protected:
  void SetUp() override {
    const char* path = std::getenv("FLOTILLA_BOOTLOADER");
    ASSERT_NE(path, nullptr) << "run by ctest, which names the bootloader.bin that was built";
    std::ifstream file(path, std::ios::binary);
    bytes_.assign(std::istreambuf_iterator<char>(file), {});
    ASSERT_EQ(bytes_.size(), flash_map::kSector) << path;
    ASSERT_EQ(byte(0), 0xE9);
    std::uint32_t at = 8;
    for (int i = 0; i < byte(1); ++i) {
      const std::uint32_t size = word(at + 4);
      ASSERT_LE(size, bytes_.size() - at - 8);
      segments_.push_back({word(at), bytes_.substr(at + 8, size)});
      at += 8 + size;
    }
    used_ = (at | 15) + 1;
  }
  [[nodiscard]] std::uint8_t byte(std::uint32_t at) const { return static_cast<std::uint8_t>(bytes_.at(at)); }
  [[nodiscard]] std::uint32_t word(std::uint32_t at) const {
    std::uint32_t value = 0;
    for (std::uint32_t i = 0; i < 4; ++i) value |= std::uint32_t{byte(at + i)} << (8 * i);
    return value;
  }

  std::string bytes_;
  std::vector<Segment> segments_;
  std::uint32_t used_ = 0;
};

std::string words(std::initializer_list<std::uint32_t> values) {
  std::string out;
  for (const auto value : values) {
    for (int i = 0; i < 4; ++i) out += static_cast<char>(value >> (8 * i));
  }
  return out;
}

TEST_F(Sector0, Fits) {
  EXPECT_LE(used_ + 8, flash_map::kSector) << "what elf2bin.py takes";
  std::cout << "FIGURE: bootloader: size " << used_ << " of " << flash_map::kSector << " bytes" << std::endl;
}

TEST_F(Sector0, NamesItselfWhereTheAgentLooks) {
  EXPECT_EQ(word(BOOT_SIGNATURE_OFFSET), BOOT_SIGNATURE);
  EXPECT_EQ(word(BOOT_SIGNATURE_OFFSET + 4), 1U) << "version";
}

TEST_F(Sector0, EndsWithTheMaskRomsChecksum) {
  unsigned checksum = 0xEF;
  for (const auto& segment : segments_) {
    for (const char c : segment.bytes) checksum ^= static_cast<std::uint8_t>(c);
  }
  EXPECT_EQ(byte(used_ - 1), checksum);
}

// Code in the last 4 KiB of instruction RAM, which no image is loaded to; constants in data RAM. Both of whole words.
TEST_F(Sector0, LiesInItsRam) {
  ASSERT_EQ(segments_.size(), 2U);
  const auto& [code_at, code] = segments_[0];
  const auto& [data_at, data] = segments_[1];
  EXPECT_EQ(code_at, 0x4010F000U);
  EXPECT_EQ(word(4), code_at) << "begins with its first instruction";
  EXPECT_LE(code.size(), 0x1000U);
  EXPECT_GE(data_at, 0x3FFF8000U);
  EXPECT_LE(data_at + data.size(), 0x3FFFB000U);
  EXPECT_EQ((code_at | code.size() | data_at | data.size()) % 4, 0U);
}

// The compiled boot_map against common/flash_map.h.
TEST_F(Sector0, HasTheFlashMapOfTheAgent) {
  const std::string map = words({flash_map::kSector, flash_map::kImage, flash_map::kImageMax, flash_map::kBootJournal,
                                 flash_map::kBootJournal + flash_map::kSector});
  EXPECT_NE(segments_.at(1).bytes.find(map), std::string::npos);
}

// elf2bin.py writes the sketch's own values there; these are for a bootloader that is flashed alone.
TEST_F(Sector0, IsForTheUsualFlash) {
  EXPECT_EQ(byte(2), 2) << "dio";
  EXPECT_EQ(byte(3), 0x40) << "4 MB, 40 MHz";
}

}  // namespace
}  // namespace flotilla::bootloader_test
