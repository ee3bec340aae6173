// Adoption over flash as the stock bootloader and the old firmware's updater leave it, with the power cut at every
// operation.
#include "firmware-esp/src/core/adoption.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "proto/provisioning_block.h"
#include "tests/fakes/device_flash.h"
#include "tests/fakes/firmware.h"

namespace flotilla {
namespace {

using fakes::Damage;
using fakes::DeviceFlash;
using flash_map::kImage;
using flash_map::kProvisioning;
using flash_map::kSector;

constexpr std::string_view kKey = "the board's private key, 32 byte";

std::string message(std::size_t size = 3000) {
  std::string out = "id sensor d1-mini " + std::string(kKey) + " ";
  while (out.size() < size) out += static_cast<char>('a' + out.size() % 26);
  // Far from the key: what a half done erasure may leave.
  return out.replace(size - kKey.size(), kKey.size(), kKey);
}

std::string block(const std::string& content, std::uint32_t version = 1) {
  std::string out((kProvisioningHeader + content.size() + kSector - 1) / kSector * kSector, '\xff');
  EXPECT_NE(
      write_provisioning_block(version, ByteView(content), reinterpret_cast<std::uint8_t*>(out.data()), out.size()),
      0U);
  return out;
}

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + kSector - 1) / kSector * kSector, '\xff');
  return bytes;
}

// The file of `flotilla device enroll --adoption-image`.
std::string adoption_file(const std::string& image, const std::string& provisioning) {
  return padded(test::make_bootloader_sector() + image) + provisioning;
}

// What the flash holds at the first boot: the file where it runs, and where the old firmware staged it.
void flash_it(DeviceFlash& flash, const std::string& file, std::uint32_t staged) {
  if (staged != 0) flash.place(staged, file.data(), file.size());
  flash.place(0, file.data(), file.size());
}

std::vector<std::uint32_t> places_of(DeviceFlash& flash, std::string_view text) {
  const std::string_view whole(reinterpret_cast<const char*>(flash.at(0)), flash.size());
  std::vector<std::uint32_t> places;
  for (auto at = whole.find(text); at != std::string_view::npos; at = whole.find(text, at + 1)) {
    places.push_back(static_cast<std::uint32_t>(at));
  }
  return places;
}

bool in_provisioning(std::uint32_t address) {
  return address >= kProvisioning[0] && address < kProvisioning[1] + flash_map::kProvisioningSize;
}

bool key_is_in_provisioning_alone(DeviceFlash& flash) {
  const auto places = places_of(flash, kKey);
  return places.size() == 2 && std::all_of(places.begin(), places.end(), in_provisioning);
}

bool is_good(DeviceFlash& flash, std::uint32_t address, const std::string& expected) {
  ProvisioningBlock parsed;
  return parse_provisioning_block(ByteView(flash.at(address), flash_map::kProvisioningSize), parsed) &&
         parsed.message.text() == expected;
}

Adoption adopt(DeviceFlash& flash, std::size_t size = 256) {
  alignas(4) std::uint8_t buffer[4096];
  return adopt_provisioning(flash, buffer, size);
}

const std::string kImageBytes = test::make_bare_image(120'000);
const std::uint32_t kBehind = static_cast<std::uint32_t>(kImage + padded(kImageBytes).size());

struct Staging {
  const char* name;
  std::uint32_t file_system;  // of the old firmware's layout; 0: web upload, behind the old sketch
};

std::uint32_t staged_at(const Staging& row, const std::string& file) {
  constexpr std::uint32_t kBehindOldSketch = 0x61000;
  return row.file_system == 0 ? kBehindOldSketch : row.file_system - static_cast<std::uint32_t>(file.size());
}

constexpr Staging kStagings[] = {
    {"serial cable", 1}, {"4M without file system", 0x3FB000},
    {"4M1M", 0x300000},  {"4M2M", 0x200000},
    {"4M3M", 0x100000},  {"web upload", 0},
};

TEST(AdoptionTest, TakesTheBlockOverFromWhereverTheOldFirmwareStagedIt) {
  for (const auto& row : kStagings) {
    for (const std::size_t buffer : {32U, 256U, 1024U, 4096U, 3000U}) {
      DeviceFlash flash;
      const std::string file = adoption_file(kImageBytes, block(message()));
      flash_it(flash, file, row.file_system == 1 ? 0 : staged_at(row, file));
      ASSERT_EQ(adopt(flash, buffer), Adoption::Adopted) << row.name << " " << buffer;
      EXPECT_TRUE(is_good(flash, kProvisioning[0], message())) << row.name;
      EXPECT_TRUE(key_is_in_provisioning_alone(flash)) << row.name << " " << buffer;
      EXPECT_EQ(ByteView(flash.at(kImage), kImageBytes.size()), ByteView(std::string_view(kImageBytes))) << row.name;
      EXPECT_EQ(adopt(flash), Adoption::None) << row.name;
    }
  }
}

// After any cut the next boot finishes; never is there a moment without a good block.
TEST(AdoptionTest, PowerCutAtEveryOperationEndsProvisioned) {
  int cuts = 0;
  for (const auto& row : kStagings) {
    for (const Damage mode : {Damage::None, Damage::FirstHalf}) {
      for (std::size_t n = 1;; ++n) {
        DeviceFlash flash;
        const std::string file = adoption_file(kImageBytes, block(message()));
        flash_it(flash, file, row.file_system == 1 ? 0 : staged_at(row, file));
        flash.cut_at(n, mode);
        const Adoption first = adopt(flash);
        const bool was_cut = flash.dead();
        flash.power_on();
        EXPECT_TRUE(is_good(flash, kBehind, message()) || is_good(flash, kProvisioning[0], message()))
            << row.name << " cut " << n;
        const Adoption second = adopt(flash);
        EXPECT_TRUE(is_good(flash, kProvisioning[0], message())) << row.name << " cut " << n;
        EXPECT_TRUE(key_is_in_provisioning_alone(flash)) << row.name << " cut " << n;
        EXPECT_TRUE(second == Adoption::Adopted || second == Adoption::Erased || second == Adoption::None);
        EXPECT_EQ(flash.unerased_writes, 0);
        if (!was_cut) {
          EXPECT_EQ(first, Adoption::Adopted);
          break;
        }
        ++cuts;
      }
    }
  }
  std::printf("adoption: %d cuts, none left a board without its provisioning or with a second copy of its key\n", cuts);
  EXPECT_GT(cuts, 100);
}

TEST(AdoptionTest, TwoCutsInARowAsWell) {
  const std::string file = adoption_file(kImageBytes, block(message()));
  for (std::size_t n = 1; n < 60; ++n) {
    for (std::size_t m = 1; m < 60; m += 3) {
      DeviceFlash flash;
      flash_it(flash, file, 0x300000 - static_cast<std::uint32_t>(file.size()));
      for (const std::size_t cut : {n, m}) {
        flash.cut_at(cut, Damage::FirstHalf);
        (void)adopt(flash);
        flash.power_on();
      }
      (void)adopt(flash);
      ASSERT_TRUE(is_good(flash, kProvisioning[0], message())) << n << " " << m;
      ASSERT_TRUE(key_is_in_provisioning_alone(flash)) << n << " " << m;
    }
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
  std::string image = test::make_bare_image(1'000'000);
  image = test::make_bare_image(1'000'000 + flash_map::kImageMax - image.size());
  ASSERT_EQ(image.size(), flash_map::kImageMax);
  DeviceFlash flash;
  flash_it(flash, adoption_file(image, block(message(kSector - kProvisioningHeader))), 0);
  EXPECT_EQ(adopt(flash), Adoption::Adopted);
  EXPECT_TRUE(key_is_in_provisioning_alone(flash));
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
