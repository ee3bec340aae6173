#include "firmware-esp/src/core/slots.h"

#include <cstring>

namespace flotilla {
namespace {

using flash_map::kSector;

std::uint32_t smaller(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

constexpr std::uint32_t padded(std::uint32_t size) { return (size + 3) & ~std::uint32_t{3}; }

constexpr std::uint32_t kCopied = 256;  // bytes on the stack
constexpr std::uint32_t kPiece = static_cast<std::uint32_t>(std::tuple_size<Scratch>::value);
static_assert(kSector % kPiece == 0 && kSector % kCopied == 0, "pieces fill sectors");

}  // namespace

bool reads_back(hal::Flash& flash, std::uint32_t address, const std::uint8_t* bytes, std::uint32_t size) {
  alignas(4) std::uint8_t back[128];
  for (std::uint32_t at = 0; at < size;) {
    const std::uint32_t part = smaller(size - at, sizeof back);
    if (!flash.read(address + at, back, part) || std::memcmp(back, bytes + at, part) != 0) return false;
    at += part;
  }
  return true;
}

bool write_checked(hal::Flash& flash, std::uint32_t address, const std::uint8_t* bytes, std::uint32_t size) {
  return flash.write(address, bytes, size) && reads_back(flash, address, bytes, size);
}

bool copy_sector(hal::Flash& flash, std::uint32_t from, std::uint32_t to) {
  if (!flash.erase_sector(to)) return false;
  alignas(4) std::uint8_t piece[kCopied];
  for (std::uint32_t at = 0; at < kSector; at += kCopied) {
    if (!flash.read(from + at, piece, kCopied) || !write_checked(flash, to + at, piece, kCopied)) return false;
  }
  return true;
}

// The flash is read by words; what is read may lie anywhere.
bool FlashBytes::read(std::uint32_t offset, std::uint8_t* out, std::size_t size) {
  if (offset > flash_map::kImageMax || size > flash_map::kImageMax - offset) return false;
  alignas(4) std::uint8_t word[4];
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint32_t at = offset + static_cast<std::uint32_t>(i);
    if ((i == 0 || at % 4 == 0) && !flash_.read(address_ + (at & ~std::uint32_t{3}), word, sizeof word)) return false;
    out[i] = word[at % 4];
  }
  return true;
}

std::uint32_t image_size_at(hal::Flash& flash, std::uint32_t address) {
  FlashBytes image(flash, address);
  std::uint32_t length = 0;
  return image_length(image, flash_map::kImageMax, length) == ImageCheck::Good ? length : 0;
}

bool image_in_bounds(hal::Flash& flash) {
  const std::uint32_t size = flash.size();
  if (flash_map::has_slots(size)) return true;  // the image area is narrower than the room before the slots
  const std::uint32_t length = size < flash_map::kSmallestFlash ? 0 : image_size_at(flash, flash_map::kImage);
  return length != 0 && flash_map::kImage + length <= flash_map::image_end(size);
}

void FlashHasher::begin(hal::Crypto& crypto, std::uint32_t address, std::uint32_t size) {
  crypto.hash_begin();
  address_ = address;
  left_ = size;
}

Progress FlashHasher::step(hal::Flash& flash, hal::Crypto& crypto, Scratch& scratch) {
  const std::uint32_t part = smaller(left_, kPiece);
  if (!flash.read(address_, scratch.data(), padded(part))) return Progress::Failed;
  crypto.hash_update(ByteView(scratch.data(), part));
  address_ += part;
  left_ -= part;
  return left_ == 0 ? Progress::Done : Progress::Working;
}

ImageIdentity identify_image(hal::Flash& flash, hal::Crypto& crypto, std::uint32_t address, Scratch& scratch) {
  ImageIdentity identity;
  const std::uint32_t size = image_size_at(flash, address);
  if (size == 0) return identity;
  FlashHasher hasher;
  hasher.begin(crypto, address, size);
  Progress progress = Progress::Working;
  while (progress == Progress::Working) progress = hasher.step(flash, crypto, scratch);
  const Digest digest = crypto.hash_finish();
  if (progress == Progress::Done) identity = {size, digest};
  return identity;
}

ImageIdentity identify_running(hal::Flash& flash, hal::Crypto& crypto, Scratch& scratch) {
  return identify_image(flash, crypto, flash_map::kImage, scratch);
}

void SlotWriter::begin(std::uint8_t slot, std::uint32_t offset) {
  base_ = flash_map::kSlotImage[slot];
  offset_ = offset;
  erased_ = offset;
}

bool SlotWriter::append(hal::Flash& flash, const std::uint8_t* bytes, std::uint32_t size) {
  if (size > flash_map::kImageMax || offset_ > flash_map::kImageMax - size) return false;
  while (erased_ < offset_ + size) {
    if (!flash.erase_sector(base_ + erased_)) return false;
    erased_ += kSector;
  }
  if (size != 0 && !write_checked(flash, base_ + offset_, bytes, size)) return false;
  offset_ += size;
  return true;
}

bool write_filler(hal::Flash& flash, std::uint8_t slot) { return copy_sector(flash, 0, flash_map::kSlot[slot]); }

bool ensure_filler(hal::Flash& flash, std::uint8_t slot) {
  alignas(4) std::uint8_t piece[kCopied];
  for (std::uint32_t at = 0; at < kSector; at += kCopied) {
    if (!flash.read(at, piece, kCopied)) return false;
    if (!reads_back(flash, flash_map::kSlot[slot] + at, piece, kCopied)) return write_filler(flash, slot);
  }
  return true;
}

void Seeder::begin(std::uint8_t slot, const ImageIdentity& running) {
  phase_ = Phase::Filler;
  slot_ = slot;
  running_ = &running;
  writer_.begin(slot, 0);
}

Progress Seeder::step(hal::Flash& flash, hal::Crypto& crypto, Scratch& scratch) {
  if (phase_ == Phase::Filler) {
    phase_ = Phase::Copy;
    return write_filler(flash, slot_) ? Progress::Working : Progress::Failed;
  }
  if (phase_ == Phase::Copy) return copy_piece(flash, crypto, scratch);
  if (phase_ == Phase::Idle) return Progress::Done;
  const Progress progress = hasher_.step(flash, crypto, scratch);
  if (progress != Progress::Done) return progress;
  phase_ = Phase::Idle;
  return crypto.hash_finish() == running_->sha256 ? Progress::Done : Progress::Failed;
}

Progress Seeder::copy_piece(hal::Flash& flash, hal::Crypto& crypto, Scratch& scratch) {
  const std::uint32_t part = padded(smaller(running_->size - writer_.offset(), kPiece));
  if (!flash.read(flash_map::kImage + writer_.offset(), scratch.data(), part)) return Progress::Failed;
  if (!writer_.append(flash, scratch.data(), part)) return Progress::Failed;
  if (writer_.offset() >= running_->size) {
    phase_ = Phase::Check;
    hasher_.begin(crypto, flash_map::kSlotImage[slot_], running_->size);
  }
  return Progress::Working;
}

}  // namespace flotilla
