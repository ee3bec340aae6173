// Images that a virtual board can run: shaped like a real ESP8266 firmware file, with a descriptor inside the first
// segment that says what the "code" does.
//
// Descriptor, at offset 0x40 of the image, little endian: magic "FLVI" (4), format u32 = 1, fault u32, build time u64
// (seconds since 1970), version (33 bytes, zero-terminated), hardware (25 bytes, zero-terminated, may be empty), zeros
// up to 0x60, then u32 CRC-32 of the image's bytes behind the descriptor, u32 CRC-32 of the descriptor before this
// field: 104 bytes. The first CRC makes a mix of two images visible, which on the chip would crash.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "common/messages.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

// What is wrong with the firmware, so that a trial has something to find. Numbers are in image files.
enum class Fault : std::uint32_t {
  None = 0,
  SelftestFails = 1,
  CrashesAtBoot = 2,
  NoNetwork = 3,
  Hangs = 4,
};
[[nodiscard]] std::string_view to_string(Fault fault);
// "none" and the names of the command line: "selftest-fails", ... false for others.
[[nodiscard]] bool fault_from_name(std::string_view name, Fault& out);

struct ImageDescriptor {
  VersionText version;
  Name hardware;  // empty: for any
  Fault fault = Fault::None;
  std::uint64_t build_seconds = 0;
};

struct ImageRecipe {
  ImageDescriptor descriptor;
  std::uint32_t size = 420000;  // bytes of the image; rounded down to a multiple of 16
  std::uint64_t seed = 1;       // of the pseudo-random content
};

inline constexpr std::uint32_t kMinImageSize = 2048;

// The whole .bin as Arduino makes it: sector 0 with a bootloader, then the image at 0x1000. Empty when the size is out of
// [kMinImageSize, flash_map::kImageMax].
[[nodiscard]] std::vector<std::uint8_t> make_image(const ImageRecipe& recipe);

enum class ImageState : std::uint8_t {
  Runs,
  NoImage,    // image_length() does not accept it
  Foreign,    // a firmware that no virtual board can run
  Corrupted,  // a descriptor, but not the bytes it was made with
};
struct ImageFindings {
  ImageState state = ImageState::NoImage;
  std::string_view problem;  // empty when it runs
  std::uint32_t length = 0;  // unless NoImage
  ImageDescriptor descriptor;
};
// What lies in flash from `address` on.
[[nodiscard]] ImageFindings inspect_image(hal::Flash& flash, std::uint32_t address);

}  // namespace flotilla
