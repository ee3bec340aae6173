#include "common/flash_text.h"

namespace flotilla {

std::size_t FlashText::copy(char* out, std::size_t capacity) const {
  std::size_t size = 0;
  while (at_ != nullptr && size < capacity) {
    const char c = flash_byte(at_ + size);
    if (c == '\0') break;
    out[size++] = c;
  }
  return size;
}

FlashText find_name(const std::uint32_t* packed, std::size_t rows, std::uint32_t number) {
  const auto* at = reinterpret_cast<const char*>(packed);
  for (; rows > 0; --rows) {
    const bool found = static_cast<unsigned char>(flash_byte(at)) == number;
    ++at;
    if (found) return FlashText(at);
    while (flash_byte(at) != '\0') ++at;
    ++at;
  }
  return {};
}

}  // namespace flotilla
