#include "common/flash_map.h"

#include <gtest/gtest.h>

namespace flotilla::flash_map {
namespace {

// A boot in the field looks for its journal and its provisioning here: they never move.
TEST(FlashMap, OfBoardsWith4MegabytesAndMore) {
  for (const std::uint32_t size : {0x400000U, 0x800000U, 0x1000000U}) {
    EXPECT_TRUE(has_slots(size));
    EXPECT_EQ(agent_journal(size), 0x1FE000u);
    EXPECT_EQ(provisioning(size, 0), 0x2FC000u);
    EXPECT_EQ(provisioning(size, 1), 0x2FE000u);
    EXPECT_EQ(image_end(size), 0x0FC000u);
    EXPECT_EQ(reserved_end(size), 0x300000u);
  }
}

struct Small {
  std::uint32_t size;
  std::uint32_t journal;
  std::uint32_t first;
  std::uint32_t second;
  std::uint32_t eeprom;  // _EEPROM_start of the Arduino core's linker scripts, as a flash address
};
class SmallFlashMap : public testing::TestWithParam<Small> {};

TEST_P(SmallFlashMap, LiesDirectlyBelowTheEeprom) {
  const auto& map = GetParam();
  EXPECT_FALSE(has_slots(map.size));
  EXPECT_EQ(agent_journal(map.size), map.journal);
  EXPECT_EQ(image_end(map.size), map.journal);
  EXPECT_EQ(provisioning(map.size, 0), map.first);
  EXPECT_EQ(provisioning(map.size, 1), map.second);
  EXPECT_EQ(provisioning(map.size, 1) + kProvisioningSize, map.eeprom);
  EXPECT_EQ(reserved_end(map.size), map.eeprom);
  EXPECT_EQ(agent_journal(map.size) + 2 * kSector, provisioning(map.size, 0));
}

INSTANTIATE_TEST_SUITE_P(Sizes, SmallFlashMap,
                         testing::Values(Small{0x80000, 0x75000, 0x77000, 0x79000, 0x7B000},
                                         Small{0x100000, 0xF5000, 0xF7000, 0xF9000, 0xFB000},
                                         Small{0x200000, 0x1F5000, 0x1F7000, 0x1F9000, 0x1FB000}));

}  // namespace
}  // namespace flotilla::flash_map
