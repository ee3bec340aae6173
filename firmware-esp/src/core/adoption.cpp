#include "firmware-esp/src/core/adoption.h"

#include <cstring>

#include "common/crc32.h"
#include "common/flash_map.h"
#include "firmware-esp/src/core/slots.h"
#include "proto/provisioning_block.h"

namespace flotilla {
namespace {

using flash_map::kSector;

constexpr std::uint32_t kHeader = kProvisioningHeader;

// An adoption block has one sector, so that its erasure is one operation. It ends inside the image area, so that it lies
// in no slot and, on small boards, in no journal.
static_assert(flash_map::kImage + flash_map::kImageMax <= flash_map::kSlot[0], "the slots lie behind the image area");

struct Work {
  Work(hal::Flash& used, std::uint8_t* bytes, std::size_t count)
      : flash(used),
        buffer(bytes),
        size(static_cast<std::uint32_t>(count)),
        flash_size(used.size()),
        place{flash_map::provisioning(flash_size, 0), flash_map::provisioning(flash_size, 1)} {}

  hal::Flash& flash;
  std::uint8_t* buffer;
  std::uint32_t size;
  std::uint32_t flash_size;
  std::uint32_t place[2];  // where the copies of the provisioning belong
};

std::uint32_t smaller(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

std::uint32_t word_at(const std::uint8_t* in) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | in[i];
  return value;
}

// Leaves the header in the buffer. No CRC: a block that was half erased must be found too.
bool looks_like_block(const Work& work, std::uint32_t address, std::uint32_t capacity) {
  return work.flash.read(address, work.buffer, kHeader) && is_provisioning_header(work.buffer) &&
         word_at(work.buffer + 12) <= capacity - kHeader;
}

bool is_good_block(const Work& work, std::uint32_t address, std::uint32_t capacity) {
  if (!looks_like_block(work, address, capacity)) return false;
  const std::uint32_t expected = word_at(work.buffer + 16);
  std::uint32_t left = word_at(work.buffer + 12);
  std::uint32_t crc = crc32(ByteView(work.buffer, 16));
  for (std::uint32_t at = address + kHeader; left != 0;) {
    const std::uint32_t part = smaller(left, work.size);
    if (!work.flash.read(at, work.buffer, (part + 3) & ~std::uint32_t{3})) return false;
    crc = crc32(ByteView(work.buffer, part), crc);
    at += part;
    left -= part;
  }
  return crc == expected;
}

bool is_good_copy(const Work& work, std::uint32_t address) {
  return is_good_block(work, address, flash_map::kProvisioningSize);
}

bool store(const Work& work, std::uint32_t source, std::uint32_t target) {
  if (!work.flash.erase_sector(target)) return false;
  for (std::uint32_t at = 0; at < kSector; at += work.size) {
    const std::uint32_t part = smaller(kSector - at, work.size);
    if (!work.flash.read(source + at, work.buffer, part)) return false;
    if (!work.flash.write(target + at, work.buffer, part)) return false;
  }
  return is_good_copy(work, target);
}

// The content is overwritten before the erasure: a cut in the middle of that would leave half of the secrets, and no
// magic by which the next boot could find them.
bool wipe(const Work& work, std::uint32_t sector) {
  std::memset(work.buffer, 0, work.size);
  for (std::uint32_t at = kHeader; at < kSector; at += work.size) {
    if (!work.flash.write(sector + at, work.buffer, smaller(kSector - at, work.size))) return false;
  }
  return work.flash.erase_sector(sector);
}

// The old firmware's updater staged the whole file before the bootloader copied it to where it runs: below its file
// system (espota and HTTP update) or behind its sketch (web upload), at a sector's start in each case. Where its file
// system began depends on how it was built, so the block may lie in any sector between the image and the SDK's.
bool wipe_staged_copies(const Work& work, std::uint32_t from) {
  const std::uint32_t end = work.flash_size - flash_map::kSystemSize;
  for (std::uint32_t at = from; at < end; at += kSector) {
    if (!looks_like_block(work, at, kSector)) continue;
    const bool is_place = at == work.place[0] || at == work.place[1];
    if (is_place && is_good_copy(work, at)) continue;
    if (!wipe(work, at)) return false;
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

Adoption adopt_provisioning(hal::Flash& flash, std::uint8_t* buffer, std::size_t size) {
  const Work work(flash, buffer, size);
  const std::uint32_t length = image_size_at(flash, flash_map::kImage);
  const std::uint32_t block = (flash_map::kImage + length + kSector - 1) & ~(kSector - 1);
  if (length == 0 || block + kSector > flash_map::image_end(work.flash_size)) return Adoption::None;
  if (!looks_like_block(work, block, kSector)) return Adoption::None;

  Adoption result = Adoption::Erased;
  if (!is_good_copy(work, work.place[0]) && !is_good_copy(work, work.place[1])) {
    if (!is_good_block(work, block, kSector)) return Adoption::Damaged;
    if (!store(work, block, work.place[0])) return Adoption::NotWritten;
    result = Adoption::Adopted;
  }
  // Last the one by which the next boot sees that there is something to do.
  return wipe_staged_copies(work, block + kSector) && wipe(work, block) ? result : Adoption::NotErased;
}

}  // namespace flotilla
