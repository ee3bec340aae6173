#include "firmware-esp/src/core/config_copies.h"

#include <cstring>

#include "common/crc32.h"
#include "common/flash_map.h"
#include "firmware-esp/src/core/slots.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kHeader = kProvisioningHeader;
constexpr std::uint32_t kMostMessage = flash_map::kProvisioningSize - kHeader;
constexpr std::uint32_t kPiece = 64;

std::uint32_t smaller(std::uint32_t a, std::uint32_t b) { return a < b ? a : b; }

std::uint32_t address_of(hal::Flash& flash, std::uint8_t copy) { return flash_map::provisioning(flash.size(), copy); }

using HeaderBytes = std::array<std::uint8_t, kHeader>;

bool add_message(hal::Flash& flash, std::uint32_t address, std::uint32_t length, std::uint32_t& crc) {
  alignas(4) std::uint8_t bytes[kPiece];
  for (std::uint32_t at = 0; at < length; at += kPiece) {
    const std::uint32_t part = smaller(length - at, kPiece);
    if (!flash.read(address + at, bytes, (part + 3) & ~std::uint32_t{3})) return false;
    crc = crc32(ByteView(bytes, part), crc);
  }
  return true;
}

}  // namespace

std::uint32_t config_message(hal::Flash& flash, std::uint8_t copy) { return address_of(flash, copy) + kHeader; }

bool read_config_header(hal::Flash& flash, std::uint32_t address, ProvisioningHeader& out) {
  alignas(4) HeaderBytes bytes;
  return flash.read(address, bytes.data(), bytes.size()) && parse_provisioning_header(bytes.data(), out);
}

ConfigCopy inspect_block(hal::Flash& flash, std::uint32_t address, std::uint32_t capacity) {
  ConfigCopy found;
  alignas(4) HeaderBytes bytes;
  found.unreadable = !flash.read(address, bytes.data(), bytes.size());
  ProvisioningHeader header;
  if (found.unreadable || !parse_provisioning_header(bytes.data(), header) || header.length > capacity - kHeader) {
    return found;
  }
  std::uint32_t crc = header.crc_begun;
  found.unreadable = !add_message(flash, address + kHeader, header.length, crc);
  found.good = !found.unreadable && crc == header.crc;
  found.version = header.version;
  found.length = header.length;
  return found;
}

ConfigCopy inspect_config(hal::Flash& flash, std::uint8_t copy) {
  return inspect_block(flash, address_of(flash, copy), flash_map::kProvisioningSize);
}

bool void_config(hal::Flash& flash, std::uint8_t copy) {
  const std::uint32_t address = address_of(flash, copy);
  alignas(4) std::uint8_t magic[8];
  if (!flash.read(address, magic, sizeof magic)) return false;
  if (!is_provisioning_header(magic)) return true;
  std::memset(magic, 0, sizeof magic);
  return write_checked(flash, address, magic, 4);
}

bool ConfigWriter::begin(hal::Flash& flash, std::uint8_t copy) {
  copy_ = copy;
  size_ = 0;
  for (std::uint32_t at = 0; at < flash_map::kProvisioningSize; at += flash_map::kSector) {
    if (!flash.erase_sector(address_of(flash, copy) + at)) return false;
  }
  return true;
}

bool ConfigWriter::append(hal::Flash& flash, ByteView bytes) {
  if (bytes.size > kMostMessage - size_) return false;
  alignas(4) std::uint8_t piece[kPiece];
  for (std::size_t at = 0; at < bytes.size;) {
    const std::uint32_t before = size_ % 4;
    const std::uint32_t part = smaller(static_cast<std::uint32_t>(bytes.size - at), kPiece - before);
    std::memcpy(piece, carry_.data(), before);
    std::memcpy(piece + before, bytes.data + at, part);
    const std::uint32_t words = (before + part) & ~std::uint32_t{3};
    const std::uint32_t target = config_message(flash, copy_) + size_ - before;
    if (words != 0 && !write_checked(flash, target, piece, words)) return false;
    std::memcpy(carry_.data(), piece + words, before + part - words);
    size_ += part;
    at += part;
  }
  return true;
}

// The rest of the word stays as erased, so that it can be written once more with what comes behind.
bool ConfigWriter::flush(hal::Flash& flash) {
  const std::uint32_t rest = size_ % 4;
  if (rest == 0) return true;
  alignas(4) std::uint8_t word[4] = {0xFF, 0xFF, 0xFF, 0xFF};
  std::memcpy(word, carry_.data(), rest);
  return write_checked(flash, config_message(flash, copy_) + size_ - rest, word, sizeof word);
}

bool ConfigWriter::finish(hal::Flash& flash, std::uint32_t version) {
  alignas(4) HeaderBytes header;
  std::uint32_t crc = begin_provisioning_header(version, size_, header.data());
  if (!flush(flash) || !add_message(flash, config_message(flash, copy_), size_, crc)) return false;
  end_provisioning_header(crc, header.data());
  return write_checked(flash, address_of(flash, copy_), header.data(), header.size());
}

}  // namespace flotilla
