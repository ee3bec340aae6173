// Finding the image in a firmware file: what a build makes for the ESP8266, and what an update carries.
#pragma once

#include <string>

#include "common/bytes.h"
#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::bundle {

// `file` is a whole firmware file of the Arduino core (its bootloader in sector 0, the image at 0x1000) or a bare image.
// Returns the image alone, a view into `file`; padding of 0xFF or 0xAA behind it is left out. Refused or Corrupt, with
// the reason, for everything else. `name` is for the message.
[[nodiscard]] Result<ByteView, Error> find_image(ByteView file, const std::string& name);

// Only a whole firmware file, as it is flashed from address 0 on; the image in it, as find_image() returns it.
[[nodiscard]] Result<ByteView, Error> find_flashable_image(ByteView file, const std::string& name);

// Exactly one image, nothing behind it, at most flash_map::kImageMax bytes.
[[nodiscard]] Result<Unit, Error> check_image(ByteView image, const std::string& name);

}  // namespace flotilla::bundle
