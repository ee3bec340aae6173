#include "firmware-esp/src/core/adoption.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/fakes/adoption_flash.h"

namespace flotilla {
namespace {

using namespace fakes;

TEST(AdoptionTest, TakesTheBlockOverFromWhereverTheOldFirmwareStagedIt) {
  for (const auto& row : kStagings) {
    DeviceFlash flash;
    const std::string file = adoption_file(kImageBytes, block(message()));
    flash_it(flash, file, row.file_system == 1 ? 0 : staged_at(row, file));
    ASSERT_EQ(adopt(flash), Adoption::Adopted) << row.name;
    EXPECT_TRUE(is_good(flash, kProvisioning[0], message())) << row.name;
    EXPECT_TRUE(key_is_in_provisioning_alone(flash)) << row.name;
    EXPECT_EQ(ByteView(flash.at(kImage), kImageBytes.size()), ByteView(std::string_view(kImageBytes))) << row.name;
    EXPECT_EQ(adopt(flash), Adoption::None) << row.name;
  }
}

// The old firmware may have staged the file so that its block lies exactly where the provisioning belongs.
TEST(AdoptionTest, ABlockStagedInTheProvisioningsPlaceStaysThere) {
  const std::string file = adoption_file(kImageBytes, block(message()));
  for (const std::uint32_t place : kProvisioning) {
    DeviceFlash flash;
    flash_it(flash, file, place + kSector - static_cast<std::uint32_t>(file.size()));
    EXPECT_EQ(adopt(flash), Adoption::Erased);
    EXPECT_TRUE(is_good(flash, place, message()));
    EXPECT_TRUE(key_is_in_provisioning_alone(flash));
  }
}

TEST(AdoptionTest, AProvisionedBoardKeepsWhatItHasAndLosesTheBlock) {
  for (const std::uint32_t place : kProvisioning) {
    DeviceFlash flash;
    const std::string own = block("what the board is", 7);
    flash.place(place, own.data(), own.size());
    flash_it(flash, adoption_file(kImageBytes, block(message())), 0x180000);
    EXPECT_EQ(adopt(flash), Adoption::Erased);
    EXPECT_TRUE(is_good(flash, place, "what the board is"));
    EXPECT_TRUE(places_of(flash, kKey).empty());
  }
}

TEST(AdoptionTest, AnotherBoardsOldBlocksAreErasedToo) {
  DeviceFlash flash;
  const std::string former = block("an attempt that never ran " + std::string(kKey), 1);
  flash.place(0x150000, former.data(), former.size());
  std::string damaged = former;
  damaged[40] = 'X';  // by a cut while it was staged
  flash.place(kProvisioning[1], damaged.data(), damaged.size());
  flash_it(flash, adoption_file(kImageBytes, block(message())), 0);
  EXPECT_EQ(adopt(flash), Adoption::Adopted);
  EXPECT_TRUE(key_is_in_provisioning_alone(flash));
}

TEST(AdoptionTest, NothingElseIsTouched) {
  DeviceFlash flash;
  const std::string file = adoption_file(kImageBytes, block(message()));
  flash_it(flash, file, 0);
  std::vector<std::uint32_t> others;
  const std::string content = "FLPV in a file " + std::string(kSector, 'f');
  for (const std::uint32_t at : {0x100000U, 0x1FC000U, 0x1FE000U, 0x2FB000U, 0x300000U, 0x3FA000U}) {
    flash.place(at, content.data(), kSector);
    others.push_back(at);
  }
  // The SDK's sectors are not even looked at.
  const std::string look_alike = block("in the SDK's sectors");
  flash.place(0x3FC000, look_alike.data(), look_alike.size());
  EXPECT_EQ(adopt(flash), Adoption::Adopted);
  for (const auto at : others) EXPECT_EQ(std::memcmp(flash.at(at), content.data(), kSector), 0) << std::hex << at;
  EXPECT_EQ(std::memcmp(flash.at(0x3FC000), look_alike.data(), look_alike.size()), 0);
  EXPECT_EQ(std::memcmp(flash.at(0), file.data(), kImage + kImageBytes.size()), 0);
}

TEST(AdoptionTest, ADamagedBlockIsNeitherTakenNorErased) {
  std::string provisioning = block(message());
  provisioning[700] = '?';
  DeviceFlash flash;
  flash_it(flash, adoption_file(kImageBytes, provisioning), 0);
  EXPECT_EQ(adopt(flash), Adoption::Damaged);
  EXPECT_EQ(std::memcmp(flash.at(kBehind), provisioning.data(), provisioning.size()), 0);
  EXPECT_EQ(*flash.at(kProvisioning[0]), 0xFF);
}

TEST(AdoptionTest, WithoutABlockOrAnImageThereIsNothingToDo) {
  DeviceFlash flash;
  EXPECT_EQ(adopt(flash), Adoption::None);
  flash_it(flash, test::make_bootloader_sector() + kImageBytes, 0);
  EXPECT_EQ(adopt(flash), Adoption::None);
  const std::string beyond = block(message(5000));  // two sectors: never made
  flash.place(kBehind, beyond.data(), beyond.size());
  EXPECT_EQ(adopt(flash), Adoption::None);
  EXPECT_EQ(flash.operations(), 0U);
}

TEST(AdoptionTest, TheLargestImageIsAdoptedToo) {
  const std::string image = image_of(flash_map::kImageMax - kSector);
  ASSERT_EQ(image.size(), flash_map::kImageMax - kSector);
  DeviceFlash flash;
  flash_it(flash, adoption_file(image, block(message(kSector - kProvisioningHeader))), 0);
  EXPECT_EQ(adopt(flash), Adoption::Adopted);
  EXPECT_TRUE(key_is_in_provisioning_alone(flash));
  // One that leaves no room: flotilla makes none, and it is not looked for in the slots.
  flash_it(flash, adoption_file(image_of(flash_map::kImageMax), block(message())), 0);
  EXPECT_EQ(adopt(flash), Adoption::None);
}

// Where the block would lie in the journal of a small board.
TEST(AdoptionTest, ASmallBoardsJournalIsNotTouched) {
  constexpr std::uint32_t kSize = 0x100000;
  const std::uint32_t journal = flash_map::agent_journal(kSize);
  DeviceFlash flash(kSize);
  flash_it(flash, adoption_file(image_of(journal - kImage), block(message())), 0);
  EXPECT_EQ(adopt(flash), Adoption::None);
  EXPECT_EQ(flash.operations(), 0U);
}

TEST(AdoptionTest, AFlashThatRefusesIsTriedAgain) {
  DeviceFlash flash;
  flash_it(flash, adoption_file(kImageBytes, block(message())), 0);
  flash.corrupt_at = kProvisioning[0];
  EXPECT_EQ(adopt(flash), Adoption::NotWritten);
  EXPECT_TRUE(is_good(flash, kBehind, message()));
  flash.corrupt_at = 0xFFFFFFFF;
  EXPECT_EQ(adopt(flash), Adoption::Adopted);
}

// There the provisioning lies elsewhere, and among the places that are searched for staged copies.
TEST(AdoptionTest, KnowsTheProvisioningOfASmallBoard) {
  DeviceFlash flash(0x100000);
  const std::uint32_t place = flash_map::provisioning(flash.size(), 0);
  const std::string file = adoption_file(kImageBytes, block(message()));
  flash_it(flash, file, 0x80000);
  ASSERT_EQ(adopt(flash), Adoption::Adopted);
  EXPECT_TRUE(is_good(flash, place, message()));
  flash_it(flash, file, 0x80000);
  ASSERT_EQ(adopt(flash), Adoption::Erased);
  EXPECT_TRUE(is_good(flash, place, message()));
  EXPECT_EQ(places_of(flash, kKey).size(), 2U) << "both in the provisioning";
}

}  // namespace
}  // namespace flotilla
