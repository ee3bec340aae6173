// The power goes away at every flash operation of an adoption, with every kind of damage.
#include <cstdio>

#include <gtest/gtest.h>

#include "tests/fakes/adoption_flash.h"

namespace flotilla {
namespace {

using namespace fakes;

constexpr Damage kDamages[] = {Damage::None,     Damage::FirstHalf, Damage::LastHalf,
                               Damage::Speckled, Damage::Zeros,     Damage::Done};

// After any cut the next boot finishes; never is there a moment without a good block.
TEST(AdoptionCut, PowerCutAtEveryOperationEndsProvisioned) {
  int cuts = 0;
  for (const auto& row : kStagings) {
    for (const Damage mode : kDamages) {
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

TEST(AdoptionCut, TwoCutsInARowAsWell) {
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

// The old firmware staged the file below the EEPROM's sector, where the provisioning of a small board belongs.
TEST(AdoptionCut, ASmallBoardIsAdoptedAtItsOwnAddresses) {
  constexpr std::uint32_t kSize = 0x100000;
  const std::uint32_t place = flash_map::provisioning(kSize, 0);
  for (const std::uint32_t file_system : {0xFB000U, 0xBB000U}) {
    for (std::size_t n = 1;; ++n) {
      DeviceFlash flash(kSize);
      const std::string file = adoption_file(kImageBytes, block(message()));
      flash_it(flash, file, file_system - static_cast<std::uint32_t>(file.size()));
      flash.cut_at(n, Damage::FirstHalf);
      (void)adopt(flash);
      const bool was_cut = flash.dead();
      flash.power_on();
      EXPECT_NE(adopt(flash), Adoption::Damaged);
      EXPECT_TRUE(is_good(flash, place, message())) << n;
      const auto places = places_of(flash, kKey);
      EXPECT_TRUE(places.size() == 2 && places[0] >= place && places[1] < kSize - flash_map::kSystemSize) << n;
      if (!was_cut) break;
    }
  }
}

}  // namespace
}  // namespace flotilla
