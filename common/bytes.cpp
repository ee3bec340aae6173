#include "common/bytes.h"

namespace flotilla {

void assign_cut(char* storage, std::size_t capacity, std::string_view text) {
  const std::size_t size = text.size() < capacity ? text.size() : capacity;
  if (size != 0) std::memmove(storage, text.data(), size);
  std::memset(storage + size, 0, capacity + 1 - size);
  storage[capacity + 1] = static_cast<char>(size);
}

}  // namespace flotilla
