#include "firmware-esp/src/core/journal.h"

#include <cstring>

#include "common/crc32.h"
#include "common/flash_map.h"

namespace flotilla {
namespace {

using flash_map::kSector;

constexpr std::uint32_t kHeaderSize = 16;
constexpr std::uint32_t kRecordHead = 4;
constexpr std::uint32_t kCrcSize = 4;
constexpr std::uint32_t kMagic = 0x4A414C46;  // "FLAJ"
constexpr std::uint16_t kFormat = 1;
constexpr std::size_t kChunk = 64;

std::uint16_t load_u16(const std::uint8_t* in) { return static_cast<std::uint16_t>(in[0] | in[1] << 8); }

std::uint32_t load_u32(const std::uint8_t* in) {
  return static_cast<std::uint32_t>(load_u16(in)) | static_cast<std::uint32_t>(load_u16(in + 2)) << 16;
}

void store_u16(std::uint8_t* out, std::uint16_t value) {
  out[0] = static_cast<std::uint8_t>(value);
  out[1] = static_cast<std::uint8_t>(value >> 8);
}

void store_u32(std::uint8_t* out, std::uint32_t value) {
  store_u16(out, static_cast<std::uint16_t>(value));
  store_u16(out + 2, static_cast<std::uint16_t>(value >> 16));
}

constexpr std::uint32_t padded(std::uint32_t length) { return (length + 3) & ~std::uint32_t{3}; }
constexpr std::uint32_t record_size(std::uint32_t length) { return kRecordHead + padded(length) + kCrcSize; }

// Newer in the arithmetic of a counter that may wrap.
bool is_newer(std::uint32_t a, std::uint32_t b) { return static_cast<std::int32_t>(a - b) > 0; }

// Writes, and trusts only what it then reads.
bool write_checked(hal::Flash& flash, std::uint32_t address, const std::uint8_t* bytes, std::size_t size) {
  if (!flash.write(address, bytes, size)) return false;
  alignas(4) std::uint8_t back[kChunk];
  for (std::size_t at = 0; at < size;) {
    const std::size_t part = size - at < kChunk ? size - at : kChunk;
    const auto from = address + static_cast<std::uint32_t>(at);
    if (!flash.read(from, back, part) || std::memcmp(back, bytes + at, part) != 0) return false;
    at += part;
  }
  return true;
}

// Writes what is around the payload.
void seal(std::uint16_t type, Journal::Image& image) {
  const auto length = static_cast<std::uint32_t>(image.size);
  std::uint8_t* bytes = image.bytes.data();
  store_u16(bytes, type);
  store_u16(bytes + 2, static_cast<std::uint16_t>(length));
  std::memset(bytes + kRecordHead + length, 0xFF, padded(length) - length);
  store_u32(bytes + kRecordHead + padded(length), crc32(ByteView(bytes, kRecordHead + length)));
}

}  // namespace

bool Journal::open() {
  base_ = flash_map::agent_journal(flash_.size());
  std::uint32_t sequences[2] = {};
  const Found found[2] = {read_header(base_, sequences[0]), read_header(base_ + kSector, sequences[1])};
  if (found[0] == Found::Unreadable || found[1] == Found::Unreadable) return false;
  const bool good[2] = {found[0] == Found::Good, found[1] == Found::Good};
  if (!good[0] && !good[1]) {
    if (!flash_.erase_sector(base_) || !write_header(base_, 1)) return false;
    sector_ = base_;
    sequence_ = 1;
  } else {
    const bool second = good[1] && (!good[0] || is_newer(sequences[1], sequences[0]));
    sector_ = second ? base_ + kSector : base_;
    sequence_ = sequences[second ? 1 : 0];
  }
  return scan();
}

std::uint32_t Journal::other_sector() const { return sector_ == base_ ? base_ + kSector : base_; }

Journal::Found Journal::read_header(std::uint32_t sector, std::uint32_t& sequence) {
  alignas(4) std::uint8_t header[kHeaderSize];
  if (!flash_.read(sector, header, sizeof header)) return Found::Unreadable;
  if (load_u32(header) != kMagic || load_u16(header + 4) != kFormat) return Found::Nothing;
  sequence = load_u32(header + 8);
  return load_u32(header + 12) == crc32(ByteView(header, 12)) ? Found::Good : Found::Rotten;
}

bool Journal::write_header(std::uint32_t sector, std::uint32_t sequence) {
  alignas(4) std::uint8_t header[kHeaderSize] = {};
  store_u32(header, kMagic);
  store_u16(header + 4, kFormat);
  store_u32(header + 8, sequence);
  store_u32(header + 12, crc32(ByteView(header, 12)));
  return write_checked(flash_, sector, header, sizeof header);
}

// The record at `address`: Nothing where none fits into the sector (erased flash among it), Rotten with a wrong CRC.
Journal::Found Journal::read_record(std::uint32_t address, Record& out) {
  const std::uint32_t limit = sector_ + kSector;
  alignas(4) std::uint8_t bytes[kChunk];
  if (address + record_size(0) > limit) return Found::Nothing;
  if (!flash_.read(address, bytes, kRecordHead)) return Found::Unreadable;
  out = {address, load_u16(bytes), load_u16(bytes + 2)};
  if (address + record_size(out.length) > limit) return Found::Nothing;
  std::uint32_t crc = crc32(ByteView(bytes, kRecordHead));
  const std::uint32_t end = address + kRecordHead + padded(out.length);
  std::uint32_t left = out.length;
  for (std::uint32_t at = address + kRecordHead; at < end;) {
    const std::uint32_t part = end - at < kChunk ? end - at : static_cast<std::uint32_t>(kChunk);
    if (!flash_.read(at, bytes, part)) return Found::Unreadable;
    const std::uint32_t counted = left < part ? left : part;
    crc = crc32(ByteView(bytes, counted), crc);
    left -= counted;
    at += part;
  }
  if (!flash_.read(end, bytes, kCrcSize)) return Found::Unreadable;
  return load_u32(bytes) == crc && out.type != 0 && out.type != 0xFFFF ? Found::Good : Found::Rotten;
}

// The first good record at or behind `address`.
Journal::Found Journal::next_record(std::uint32_t address, Record& out) {
  Found found = read_record(address, out);
  while (found == Found::Rotten) {
    address += record_size(out.length);
    found = read_record(address, out);
  }
  return found;
}

bool Journal::scan() {
  Record record;
  end_ = sector_ + kHeaderSize;
  Found found = next_record(end_, record);
  while (found == Found::Good) {
    end_ = record.address + record_size(record.length);
    found = next_record(end_, record);
  }
  clean_ = rest_is_clean();
  return found != Found::Unreadable;
}

bool Journal::rest_is_clean() {
  alignas(4) std::uint8_t bytes[kChunk];
  const std::uint32_t limit = sector_ + kSector;
  for (std::uint32_t at = end_; at < limit;) {
    const std::uint32_t part = limit - at < kChunk ? limit - at : static_cast<std::uint32_t>(kChunk);
    if (!flash_.read(at, bytes, part)) return false;
    for (std::uint32_t i = 0; i < part; ++i) {
      if (bytes[i] != 0xFF) return false;
    }
    at += part;
  }
  return true;
}

bool Journal::find(std::uint16_t type, std::uint8_t* out, std::size_t capacity, std::size_t& size) {
  Record newest;
  Record record;
  for (std::uint32_t at = sector_ + kHeaderSize; at < end_ && next_record(at, record) == Found::Good;) {
    if (record.type == type) newest = record;
    at = record.address + record_size(record.length);
  }
  if (newest.address == 0) return false;
  size = newest.length;
  const std::size_t wanted = size < capacity ? size : capacity;
  const std::size_t whole = wanted & ~std::size_t{3};
  const std::uint32_t payload = newest.address + kRecordHead;
  if (whole != 0 && !flash_.read(payload, out, whole)) return false;
  if (whole == wanted) return true;
  alignas(4) std::uint8_t last[4];  // the flash is read by words
  if (!flash_.read(payload + static_cast<std::uint32_t>(whole), last, sizeof last)) return false;
  std::memcpy(out + whole, last, wanted - whole);
  return true;
}

bool Journal::append(std::uint16_t type, ByteView payload) {
  Image image;
  if (payload.size > kMaxPayload) return false;
  if (payload.size != 0) std::memcpy(image.payload(), payload.data, payload.size);
  image.size = payload.size;
  return append(type, image);
}

bool Journal::append(std::uint16_t type, Image& image) {
  if (type == 0 || type == 0xFFFF || image.size > kMaxPayload) return false;
  seal(type, image);
  const std::uint32_t size = record_size(static_cast<std::uint32_t>(image.size));
  if (clean_ && end_ + size <= sector_ + kSector) {
    if (write_record(end_, image)) {
      end_ += size;
      return true;
    }
    clean_ = false;
  }
  return compact(type, image);
}

// One write for the whole record, its CRC last: a cut leaves a record that does not count.
bool Journal::write_record(std::uint32_t address, const Image& image) {
  return write_checked(flash_, address, image.bytes.data(), record_size(static_cast<std::uint32_t>(image.size)));
}

bool Journal::has_newer(const Record& record) {
  Record later;
  for (std::uint32_t at = record.address + record_size(record.length); at < end_;) {
    if (next_record(at, later) != Found::Good) return false;
    if (later.type == record.type) return true;
    at = later.address + record_size(later.length);
  }
  return false;
}

bool Journal::copy_record(const Record& record, std::uint32_t target) {
  alignas(4) std::uint8_t bytes[kChunk];
  const std::uint32_t size = record_size(record.length);
  for (std::uint32_t at = 0; at < size;) {
    const std::uint32_t part = size - at < kChunk ? size - at : static_cast<std::uint32_t>(kChunk);
    if (!flash_.read(record.address + at, bytes, part)) return false;
    if (!write_checked(flash_, target + at, bytes, part)) return false;
    at += part;
  }
  return true;
}

// The new record goes in place of the older ones of its type, before the header: the whole append is one commit.
bool Journal::compact(std::uint16_t type, const Image& image) {
  const std::uint32_t target = other_sector();
  const std::uint32_t limit = target + kSector;
  if (!flash_.erase_sector(target)) return false;
  std::uint32_t to = target + kHeaderSize;
  Record record;
  for (std::uint32_t at = sector_ + kHeaderSize; at < end_;) {
    if (next_record(at, record) != Found::Good) return false;
    const std::uint32_t size = record_size(record.length);
    at = record.address + size;
    if (record.type == type || has_newer(record)) continue;
    if (to + size > limit || !copy_record(record, to)) return false;
    to += size;
  }
  const std::uint32_t size = record_size(static_cast<std::uint32_t>(image.size));
  if (to + size > limit || !write_record(to, image) || !write_header(target, sequence_ + 1)) return false;
  sector_ = target;
  ++sequence_;
  end_ = to + size;
  clean_ = true;
  return true;
}

}  // namespace flotilla
