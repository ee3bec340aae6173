// The provisioning block in flash: a header and one Provisioning message, in two copies of 8 KiB (common/flash_map.h).
// Little endian: magic "FLPV" (4), format u16 = 1, reserved u16 = 0, version u32, length u32, CRC-32 u32 over
// everything before it and over the message; then the message; then 0xFF.
#pragma once

#include <cstdint>

#include "common/bytes.h"

namespace flotilla {

inline constexpr std::size_t kProvisioningHeader = 20;

struct ProvisioningBlock {
  std::uint32_t version = 0;  // the higher of two good copies counts
  ByteView message;           // points into the block given
};

// What the header says; `crc` is the one stored, `crc_begun` that over the header alone, to be continued over the message.
struct ProvisioningHeader {
  std::uint32_t version = 0;
  std::uint32_t length = 0;  // of the message
  std::uint32_t crc = 0;
  std::uint32_t crc_begun = 0;
};

// Magic and format fit; `header` has at least a block's first 6 bytes. Says nothing about the rest.
[[nodiscard]] bool is_provisioning_header(const std::uint8_t* header);

// From the kProvisioningHeader bytes of a header. false when magic or format do not fit; the message is not looked at.
[[nodiscard]] bool parse_provisioning_header(const std::uint8_t* header, ProvisioningHeader& out);

// Fills all of a header but its CRC, and returns the CRC over that, to be continued over the message.
[[nodiscard]] std::uint32_t begin_provisioning_header(std::uint32_t version, std::uint32_t length, std::uint8_t* out);
void end_provisioning_header(std::uint32_t crc, std::uint8_t* out);

// false when magic, format, length or CRC do not fit.
[[nodiscard]] bool parse_provisioning_block(ByteView block, ProvisioningBlock& out);

// Writes header and message; 0 when `capacity` is too small, otherwise the bytes used (not padded).
[[nodiscard]] std::size_t write_provisioning_block(std::uint32_t version, ByteView message, std::uint8_t* out,
                                                   std::size_t capacity);

}  // namespace flotilla
