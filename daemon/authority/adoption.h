// The adoption image: a whole firmware file with one board's provisioning block behind it, for a board that takes it by the
// update path of the firmware that it runs now (espota, web upload, HTTP update). The agent puts the block into its place
// at its first boot and erases it behind the image (firmware-esp/src/core/adoption.h).
//
//   the firmware file, its bytes unchanged, from its bootloader to the end of its image
//   0xFF up to the next sector
//   the provisioning block (proto/provisioning_block.h), 0xFF up to the end of its one sector
//
// Why it passes: the core's updater checks the first byte, the flash size in the header, and the MD5 of what was sent; it
// stages the whole file below its file system or behind its sketch, and the bootloader copies all of it, by sectors, to
// address 0. What lies behind the image's own end is never looked at. The core's signed updates do refuse it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/bytes.h"
#include "common/result.h"
#include "daemon/authority/enroll.h"
#include "daemon/core/error.h"

namespace flotilla::authority {

struct AdoptionRequest {
  std::string name;           // of the firmware file, for messages
  std::string firmware;       // its bytes
  std::filesystem::path out;  // the adoption image: a new file
};

struct AdoptedDevice {
  EnrolledDevice device;
  std::filesystem::path image;  // mode 0600: it holds the board's private key
  std::size_t size = 0;         // bytes
};

// Enrols one board and writes its adoption image. Nothing is changed when the firmware file is not a whole one (Corrupt,
// Refused), too long (InvalidArgument), or the image is there already (Conflict).
[[nodiscard]] Result<AdoptedDevice, Error> enroll_for_adoption(const Authority& authority, const EnrollRequest& request,
                                                               const std::filesystem::path& out,
                                                               const AdoptionRequest& adoption);

}  // namespace flotilla::authority
