// The boot journal has one form in bytes: a bootloader outlives many agents. proto/golden/boot_journal.hex is the sector of
// one update, from the order to the confirmation, as agent and bootloader wrote it; docs/protocol.md takes it apart.
// FLOTILLA_WRITE_GOLDEN=1 writes the file anew: the format is frozen, so only before the first release.
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "tests/fakes/real_boot.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kRow = 32;
constexpr std::uint32_t kOldSize = 4096;
constexpr std::uint32_t kNewSize = 5000;

std::string content_of(const std::string& path) {
  const char* source = std::getenv("FLOTILLA_SOURCE");
  std::stringstream content;
  content << std::ifstream(std::string(source == nullptr ? "" : source) + path).rdbuf();
  return content.str();
}

std::string hex(const std::uint8_t* bytes, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) {
    char text[4];
    std::snprintf(text, sizeof text, i == 0 ? "%02x" : " %02x", static_cast<unsigned>(bytes[i]));
    out += text;
  }
  return out;
}

class BootJournal : public testing::Test {
 protected:
  BootJournal() {
    place_image(flash_map::kImage, kOldSize, 1);
    place_image(flash_map::kSlotImage[0], kOldSize, 1);
    place_image(flash_map::kSlotImage[1], kNewSize, 2);
  }
  void place_image(std::uint32_t address, std::uint32_t size, std::uint8_t seed) {
    std::vector<std::uint8_t> bytes(size);
    for (std::uint32_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + seed);
    const std::uint8_t header[] = {0xE9, 0x04, 0x02, 0x40, 0x80, 0x00, 0x10, 0x40};
    std::copy(std::begin(header), std::end(header), bytes.begin());
    flash_.place(address, bytes.data(), size);
  }
  // The seventh transaction: six images were kept before. Tried once, confirmed, and made solid.
  void update() {
    for (int i = 0; i < 6; ++i) ASSERT_TRUE(boot_.keep(i % 2 == 0 ? 0 : 1, i % 2 == 0 ? kOldSize : kNewSize));
    hal::BootOrder order;
    order.slot = 1;
    order.length = kNewSize;
    order.fallback_length = kOldSize;
    order.trial_boots = 3;
    ASSERT_TRUE(boot_.arm(order));
    ASSERT_TRUE(boot_.run(false));
    ASSERT_TRUE(boot_.confirm());
    ASSERT_TRUE(boot_.run(false));
  }
  // Rows of the sector that are not all ones, each behind its offset.
  std::string rows() {
    const std::uint8_t* sector = flash_.look(flash_map::kBootJournal);
    std::string out;
    for (std::uint32_t at = 0; at < flash_map::kSector; at += kRow) {
      const std::string row = hex(sector + at, kRow);
      if (row.find_first_not_of("f ") == std::string::npos) continue;
      char offset[8];
      std::snprintf(offset, sizeof offset, "%03x: ", static_cast<unsigned>(at));
      out += offset + row + "\n";
    }
    return out;
  }
  void load(const std::string& golden) {
    std::istringstream lines(golden);
    for (std::string line; std::getline(lines, line);) {
      std::istringstream bytes(line.substr(5));
      std::uint32_t at = flash_map::kBootJournal + static_cast<std::uint32_t>(std::stoul(line, nullptr, 16));
      for (std::string byte; bytes >> byte;)
        *flash_.at(at++) = static_cast<std::uint8_t>(std::stoul(byte, nullptr, 16));
    }
  }

  fakes::DeviceFlash flash_;
  fakes::RealBoot boot_{flash_};
};

TEST_F(BootJournal, IsWrittenByteForByte) {
  ASSERT_NO_FATAL_FAILURE(update());
  if (std::getenv("FLOTILLA_WRITE_GOLDEN") != nullptr) {
    std::ofstream(std::string(std::getenv("FLOTILLA_SOURCE")) + "/proto/golden/boot_journal.hex") << rows();
  }
  EXPECT_EQ(rows(), content_of("/proto/golden/boot_journal.hex"));
}

TEST_F(BootJournal, IsReadByBothSides) {
  load(content_of("/proto/golden/boot_journal.hex"));
  EXPECT_EQ(BootTransactions(flash_, BootMap{}).state(), BootState::Confirmed);
  EXPECT_TRUE(boot_.run(false));  // an image that it does not know: the old one is in the image area
  place_image(flash_map::kImage, kNewSize, 2);
  const auto operations = flash_.operations();
  EXPECT_TRUE(boot_.run(false));
  EXPECT_EQ(flash_.operations(), operations) << "the bootloader finds what the journal says";
}

TEST_F(BootJournal, IsTakenApartInTheDocument) {
  ASSERT_NO_FATAL_FAILURE(update());
  const std::string document = content_of("/docs/protocol.md");
  const std::uint8_t* sector = flash_.look(flash_map::kBootJournal);
  for (const auto& [offset, size] : {std::pair{0, 8}, std::pair{8, 12}, std::pair{20, 12}, std::pair{32, 16}}) {
    const std::string bytes = hex(sector + offset, static_cast<std::size_t>(size));
    EXPECT_NE(document.find(bytes), std::string::npos) << "offset " << offset << ": " << bytes;
  }
}

}  // namespace
}  // namespace flotilla
