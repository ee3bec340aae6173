// Flash as the stock bootloader and the old firmware's updater leave it before the first boot of an adoption image.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "firmware-esp/src/core/adoption.h"
#include "proto/provisioning_block.h"
#include "tests/fakes/device_flash.h"
#include "tests/fakes/firmware.h"

namespace flotilla::fakes {

using flash_map::kImage;
using flash_map::kProvisioning;
using flash_map::kSector;

inline constexpr std::string_view kKey = "the board's private key, 32 byte";

inline std::string message(std::size_t size = 3000) {
  std::string out = "id sensor d1-mini " + std::string(kKey) + " ";
  while (out.size() < size) out += static_cast<char>('a' + out.size() % 26);
  // Far from the key: what a half done erasure may leave.
  return out.replace(size - kKey.size(), kKey.size(), kKey);
}

inline std::string block(const std::string& content, std::uint32_t version = 1) {
  std::string out((kProvisioningHeader + content.size() + kSector - 1) / kSector * kSector, '\xff');
  EXPECT_NE(
      write_provisioning_block(version, ByteView(content), reinterpret_cast<std::uint8_t*>(out.data()), out.size()),
      0U);
  return out;
}

inline std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + kSector - 1) / kSector * kSector, '\xff');
  return bytes;
}

// The file of `flotilla device enroll --adoption-image`.
inline std::string adoption_file(const std::string& image, const std::string& provisioning) {
  return padded(test::make_bootloader_sector() + image) + provisioning;
}

// What the flash holds at the first boot: the file where it runs, and where the old firmware staged it.
inline void flash_it(DeviceFlash& flash, const std::string& file, std::uint32_t staged) {
  if (staged != 0) flash.place(staged, file.data(), file.size());
  flash.place(0, file.data(), file.size());
}

inline std::vector<std::uint32_t> places_of(DeviceFlash& flash, std::string_view text) {
  const std::string_view whole(reinterpret_cast<const char*>(flash.at(0)), flash.size());
  std::vector<std::uint32_t> places;
  for (auto at = whole.find(text); at != std::string_view::npos; at = whole.find(text, at + 1)) {
    places.push_back(static_cast<std::uint32_t>(at));
  }
  return places;
}

inline bool in_provisioning(std::uint32_t address) {
  return address >= kProvisioning[0] && address < kProvisioning[1] + flash_map::kProvisioningSize;
}

inline bool key_is_in_provisioning_alone(DeviceFlash& flash) {
  const auto places = places_of(flash, kKey);
  return places.size() == 2 && std::all_of(places.begin(), places.end(), in_provisioning);
}

inline bool is_good(DeviceFlash& flash, std::uint32_t address, const std::string& expected) {
  ProvisioningBlock parsed;
  return parse_provisioning_block(ByteView(flash.at(address), flash_map::kProvisioningSize), parsed) &&
         parsed.message.text() == expected;
}

inline Adoption adopt(DeviceFlash& flash) { return adopt_provisioning(flash); }

inline const std::string kImageBytes = test::make_bare_image(120'000);
inline const std::uint32_t kBehind = static_cast<std::uint32_t>(kImage + padded(kImageBytes).size());

struct Staging {
  const char* name;
  std::uint32_t file_system;  // of the old firmware's layout; 0: web upload, behind the old sketch
};

inline std::uint32_t staged_at(const Staging& row, const std::string& file) {
  constexpr std::uint32_t kBehindOldSketch = 0x61000;
  return row.file_system == 0 ? kBehindOldSketch : row.file_system - static_cast<std::uint32_t>(file.size());
}

inline constexpr Staging kStagings[] = {
    {"serial cable", 1}, {"4M without file system", 0x3FB000},
    {"4M1M", 0x300000},  {"4M2M", 0x200000},
    {"4M3M", 0x100000},  {"web upload", 0},
};

inline std::string image_of(std::size_t size) {
  const std::string probe = test::make_bare_image(size - 2000);
  return test::make_bare_image(size - 2000 + size - probe.size());
}

}  // namespace flotilla::fakes
