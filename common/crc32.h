// CRC-32 as in IEEE 802.3 and zlib (reflected 0xEDB88320, start and final xor 0xFFFFFFFF): crc32("123456789") = 0xCBF43926.
#pragma once

#include <cstdint>

#include "common/bytes.h"

namespace flotilla {

// `previous` is the result over the bytes before, so a long text can be fed in pieces; 0 to begin.
[[nodiscard]] std::uint32_t crc32(ByteView bytes, std::uint32_t previous = 0);

}  // namespace flotilla
