#include <sys/stat.h>

#include "common/messages.h"
#include "daemon/authority/adoption.h"
#include "daemon/bundle/firmware_image.h"
#include "proto/host/codec.h"
#include "proto/provisioning_block.h"
#include "tests/fakes/firmware.h"
#include "tests/unit/authority/test_fleet.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;
using test::make_bare_image;
using test::make_bootloader_sector;

class AdoptionImageTest : public FleetTest {
 protected:
  Result<AdoptedDevice, Error> adopt(const std::string& firmware, const std::string& out = "kitchen.bin",
                                     const std::string& id = "kitchen") const {
    const EnrollRequest request{.id = id,
                                .hardware = "d1-mini",
                                .labels = {},
                                .wifi_ssid = "Home",
                                .wifi_password = "correct horse",
                                .now = kNow};
    return enroll_for_adoption(open(), request, open().devices_folder(),
                               {.name = "sensor.bin", .firmware = firmware, .out = dir_.path() / out});
  }
};

TEST_F(AdoptionImageTest, IsTheFirmwareWithTheBlockInTheNextSector) {
  const std::string image = make_bare_image();
  const std::string firmware = make_bootloader_sector() + image;
  // What a tool put behind the image moves nothing.
  for (const std::string& padding : {std::string(), std::string(9000, '\xff'), std::string(5, '\xaa')}) {
    const std::string id = "board-" + std::to_string(padding.size());
    const auto adopted = adopt(firmware + padding, id, id);
    ASSERT_TRUE(adopted.ok()) << adopted.error().message;
    const std::string file = test::read_file(adopted->image);
    EXPECT_EQ(file.size(), adopted->size);
    EXPECT_EQ(file.substr(0, firmware.size()), firmware);
    const std::size_t block_at = (firmware.size() + 0xFFF) / 0x1000 * 0x1000;
    ASSERT_EQ(file.size(), block_at + 0x1000) << "a whole sector: old updaters write by words";
    EXPECT_EQ(file.find_first_not_of('\xff', firmware.size()), block_at);
    // The same block that a cable would write.
    EXPECT_EQ(file.substr(block_at), test::read_file(adopted->device.provisioning).substr(0, 0x1000));
    ProvisioningBlock block;
    Provisioning provisioning;
    ASSERT_TRUE(parse_provisioning_block(ByteView(std::string_view(file).substr(block_at)), block));
    ASSERT_TRUE(wire::decode(block.message, provisioning));
    EXPECT_EQ(provisioning.device_id.view(), id);
    EXPECT_EQ(provisioning.wifi_password.view(), "correct horse");
  }
}

TEST_F(AdoptionImageTest, IsForItsOwnerAloneAndNoFirmware) {
  const auto adopted = adopt(make_bootloader_sector() + make_bare_image());
  ASSERT_TRUE(adopted.ok());
  struct stat status {};
  ASSERT_EQ(::stat(adopted->image.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  const auto again = adopt(test::read_file(adopted->image), "second.bin", "second");
  ASSERT_FALSE(again.ok());
  EXPECT_NE(again.error().message.find("adoption image"), std::string::npos) << again.error().message;
}

struct Refusal {
  const char* name;
  std::string firmware;
  const char* message;
};

TEST_F(AdoptionImageTest, WhatCannotBeAdoptedChangesNothing) {
  const std::size_t too_long = flash_map::kImageMax - flash_map::kSector + 16;
  std::string long_image = make_bare_image(too_long - 2000);
  long_image = make_bare_image(too_long - 2000 + too_long - long_image.size());
  ASSERT_EQ(long_image.size(), too_long);
  const Refusal rows[] = {
      {"empty", "", "is empty"},
      {"no firmware", "hello", "0xE9"},
      {"bare image", make_bare_image(), "no image at 0x1000"},
      {"bootloader alone", make_bootloader_sector(), "no image behind it at 0x1000"},
      {"truncated", (make_bootloader_sector() + make_bare_image()).substr(0, 9000), "shorter than its headers say"},
      {"too long", make_bootloader_sector() + long_image, "too long to be adopted"},
  };
  for (const auto& row : rows) {
    const auto refused = adopt(row.firmware);
    ASSERT_FALSE(refused.ok()) << row.name;
    EXPECT_NE(refused.error().message.find(row.message), std::string::npos) << refused.error().message;
    EXPECT_FALSE(refused.error().hint.empty()) << row.name;
    EXPECT_FALSE(fs::exists(open().devices_folder())) << row.name;
    EXPECT_FALSE(fs::exists(dir_.path() / "kitchen.bin")) << row.name;
  }
  // 16 bytes less, and it fits.
  std::string fits = make_bare_image(too_long - 2000 - 16 + too_long - make_bare_image(too_long - 2000).size());
  ASSERT_EQ(fits.size(), too_long - 16);
  EXPECT_TRUE(adopt(make_bootloader_sector() + fits).ok());
}

// Below 4 MB the journal lies where the image area would end.
TEST_F(AdoptionImageTest, TheFlashThatTheFirmwareIsBuiltForLimitsIt) {
  constexpr std::uint32_t kMegabyte = 0x100000;
  const std::size_t room = flash_map::image_end(kMegabyte) - flash_map::kSector;
  ASSERT_LT(room, std::size_t{flash_map::kImageMax});
  for (const std::size_t size : {room - flash_map::kSector, room}) {
    const bool fits = size + flash_map::kImage <= room;
    for (const char flash : {'\x20', '\x40'}) {  // 1 MB, 4 MB
      std::string image = make_bare_image(size - 2000);
      image = make_bare_image(size - 2000 + size - image.size());
      std::string firmware = make_bootloader_sector() + image;
      firmware[3] = flash;
      const std::string id = std::to_string(size) + (flash == '\x20' ? "-small" : "-large");
      EXPECT_EQ(adopt(firmware, id, id).ok(), fits || flash == '\x40') << id;
    }
  }
}

TEST_F(AdoptionImageTest, AFileThatIsThereIsNotReplacedAndNobodyIsEnrolled) {
  test::write_file(dir_.path() / "kitchen.bin", "something");
  const auto refused = adopt(make_bootloader_sector() + make_bare_image());
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(test::read_file(dir_.path() / "kitchen.bin"), "something");
  EXPECT_FALSE(fs::exists(open().devices_folder()));
  EXPECT_EQ(adopt(make_bootloader_sector() + make_bare_image(), "no/such/folder.bin").error().code,
            ErrorCode::NotFound);
  EXPECT_FALSE(fs::exists(open().devices_folder()));
}

// Its one sector is what the agent looks at and erases.
TEST_F(AdoptionImageTest, ABlockBeyondOneSectorIsRefused) {
  const std::string message(flash_map::kSector, 'm');
  EXPECT_TRUE(provisioning_file(1, ByteView(message)).ok());
  const auto refused = provisioning_file(1, ByteView(message), flash_map::kSector);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument);
  EnrollRequest request{.id = "kitchen", .hardware = "d1-mini", .labels = {}, .wifi_ssid = {}, .wifi_password = {}};
  request.block_limit = 300;
  EXPECT_FALSE(enroll_devices(open(), {request}, open().devices_folder()).ok());
  EXPECT_FALSE(fs::exists(open().devices_folder() / "kitchen"));
}

}  // namespace
}  // namespace flotilla::authority
