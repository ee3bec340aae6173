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

}  // namespace flotilla
