// Adoption: a board that ran somebody's old firmware got its provisioning with its first image of ours, through the update
// path that it had. The file of `flotilla device enroll --adoption-image` carries this board's provisioning block in the
// first sector behind the image; here it is put into its place and erased everywhere else.
#pragma once

#include <cstdint>

#include "common/flash_text.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

enum class Adoption : std::uint8_t {
  None,        // no block behind the running image: the usual boot
  Adopted,     // the block is the board's provisioning now, and nowhere else in flash
  Erased,      // the board was provisioned already: what lay behind the image is gone
  Damaged,     // not provisioned, and the block behind the image has no good CRC
  NotWritten,  // the flash refused the provisioning: tried again at the next boot
  NotErased,   // provisioned, but the flash refused to erase the other copies: tried again at the next boot
};
// For the log.
[[nodiscard]] FlashText text_of(Adoption adoption);

// Call it in each boot before load_board(): what a power cut left over is finished by the next one. At any moment there
// is a good block in the provisioning or behind the image.
[[nodiscard]] Adoption adopt_provisioning(hal::Flash& flash);

}  // namespace flotilla
