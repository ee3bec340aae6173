#include "proto/provisioning_block.h"

#include <cstring>

#include "common/crc32.h"

namespace flotilla {
namespace {

constexpr std::uint8_t kFormat = 1;
constexpr std::uint8_t kMagic[6] = {'F', 'L', 'P', 'V', kFormat, 0};  // with the format behind it
constexpr std::size_t kCrcOffset = 16;

void store_u32(std::uint8_t* out, std::uint32_t value) {
  for (int i = 0; i < 4; ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}

std::uint32_t load_u32(const std::uint8_t* in) {
  std::uint32_t value = 0;
  for (int i = 3; i >= 0; --i) value = value << 8 | in[i];
  return value;
}

}  // namespace

bool is_provisioning_header(const std::uint8_t* header) { return std::memcmp(header, kMagic, sizeof kMagic) == 0; }

bool parse_provisioning_header(const std::uint8_t* header, ProvisioningHeader& out) {
  if (!is_provisioning_header(header)) return false;
  out.version = load_u32(header + 8);
  out.length = load_u32(header + 12);
  out.crc = load_u32(header + kCrcOffset);
  out.crc_begun = crc32(ByteView(header, kCrcOffset));
  return true;
}

std::uint32_t begin_provisioning_header(std::uint32_t version, std::uint32_t length, std::uint8_t* out) {
  std::memset(out, 0, kProvisioningHeader);
  std::memcpy(out, kMagic, sizeof kMagic);
  store_u32(out + 8, version);
  store_u32(out + 12, length);
  return crc32(ByteView(out, kCrcOffset));
}

void end_provisioning_header(std::uint32_t crc, std::uint8_t* out) { store_u32(out + kCrcOffset, crc); }

bool parse_provisioning_block(ByteView block, ProvisioningBlock& out) {
  ProvisioningHeader header;
  if (block.size < kProvisioningHeader || !parse_provisioning_header(block.data, header)) return false;
  if (header.length > block.size - kProvisioningHeader) return false;
  const ByteView message(block.data + kProvisioningHeader, header.length);
  if (crc32(message, header.crc_begun) != header.crc) return false;
  out = {header.version, message};
  return true;
}

std::size_t write_provisioning_block(std::uint32_t version, ByteView message, std::uint8_t* out, std::size_t capacity) {
  if (capacity < kProvisioningHeader || message.size > capacity - kProvisioningHeader) return 0;
  const std::uint32_t crc = begin_provisioning_header(version, static_cast<std::uint32_t>(message.size), out);
  end_provisioning_header(crc32(message, crc), out);
  std::memcpy(out + kProvisioningHeader, message.data, message.size);
  return kProvisioningHeader + message.size;
}

}  // namespace flotilla
