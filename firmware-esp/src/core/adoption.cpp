#include "firmware-esp/src/core/adoption.h"

#include <cstring>

#include "common/flash_map.h"
#include "firmware-esp/src/core/config_copies.h"
#include "firmware-esp/src/core/slots.h"

namespace flotilla {
namespace {

using flash_map::kSector;

// An adoption block has one sector, so that its erasure is one operation. It ends inside the image area, so that it lies
// in no slot and, on small boards, in no journal.
static_assert(flash_map::kImage + flash_map::kImageMax <= flash_map::kSlot[0], "the slots lie behind the image area");

// No CRC: a block that was half erased must be found too.
bool looks_like_block(hal::Flash& flash, std::uint32_t address) {
  ProvisioningHeader header;
  return read_config_header(flash, address, header) && header.length <= kSector - kProvisioningHeader;
}

// The content is overwritten before the erasure: a cut in the middle of that would leave half of the secrets, and no
// magic by which the next boot could find them.
bool wipe(hal::Flash& flash, std::uint32_t sector) {
  alignas(4) std::uint8_t zeros[64];
  std::memset(zeros, 0, sizeof zeros);
  // The last piece once more where the header has cut it: zeros may be written twice.
  for (std::uint32_t at = kProvisioningHeader; at < kSector; at += sizeof zeros) {
    const std::uint32_t last = kSector - sizeof zeros;
    if (!flash.write(sector + (at < last ? at : last), zeros, sizeof zeros)) return false;
  }
  return flash.erase_sector(sector);
}

// The old firmware's updater staged the whole file before the bootloader copied it to where it runs: below its file
// system (espota and HTTP update) or behind its sketch (web upload), at a sector's start in each case. Where its file
// system began depends on how it was built, so the block may lie in any sector between the image and the SDK's.
bool wipe_staged_copies(hal::Flash& flash, std::uint32_t from) {
  const std::uint32_t size = flash.size();
  for (std::uint32_t at = from; at < size - flash_map::kSystemSize; at += kSector) {
    if (!looks_like_block(flash, at)) continue;
    const bool is_place = at == flash_map::provisioning(size, 0) || at == flash_map::provisioning(size, 1);
    if (is_place && inspect_block(flash, at, flash_map::kProvisioningSize).good) continue;
    if (!wipe(flash, at)) return false;
  }
  return true;
}

}  // namespace

FlashText text_of(Adoption adoption) {
  switch (adoption) {
    case Adoption::None: return FLOTILLA_TEXT("no adoption block");
    case Adoption::Adopted: return FLOTILLA_TEXT("took over the provisioning that came with the image");
    case Adoption::Erased: return FLOTILLA_TEXT("provisioned already: erased the adoption block");
    case Adoption::Damaged: return FLOTILLA_TEXT("the adoption block is damaged: send the adoption image again");
    case Adoption::NotWritten: return FLOTILLA_TEXT("the flash did not take the provisioning: next boot again");
    case Adoption::NotErased: return FLOTILLA_TEXT("the flash did not erase the adoption block: next boot again");
  }
  return {};
}

Adoption adopt_provisioning(hal::Flash& flash) {
  const std::uint32_t length = image_size_at(flash, flash_map::kImage);
  const std::uint32_t block = (flash_map::kImage + length + kSector - 1) & ~(kSector - 1);
  const std::uint32_t size = flash.size();
  if (length == 0 || block + kSector > flash_map::image_end(size) || !looks_like_block(flash, block)) {
    return Adoption::None;
  }
  Adoption result = Adoption::Erased;
  if (!inspect_config(flash, 0).good && !inspect_config(flash, 1).good) {
    if (!inspect_block(flash, block, kSector).good) return Adoption::Damaged;
    if (!copy_sector(flash, block, flash_map::provisioning(size, 0))) return Adoption::NotWritten;
    result = Adoption::Adopted;
  }
  // Last the one by which the next boot sees that there is something to do.
  return wipe_staged_copies(flash, block + kSector) && wipe(flash, block) ? result : Adoption::NotErased;
}

}  // namespace flotilla
