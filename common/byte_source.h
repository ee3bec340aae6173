// Random access to bytes that need not be in RAM.
#pragma once

#include <cstddef>
#include <cstdint>

namespace flotilla {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // false when they cannot be read.
  virtual bool read(std::uint32_t offset, std::uint8_t* out, std::size_t size) = 0;
};

}  // namespace flotilla
