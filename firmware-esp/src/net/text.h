// Text put together in a buffer that the caller gives: no heap, no printf.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace flotilla {

class TextWriter {
 public:
  TextWriter(char* out, std::size_t capacity) : out_(out), capacity_(capacity) {}

  // What does not fit is left out, and complete() is false from then on.
  TextWriter& put(std::string_view text) {
    if (text.size() > capacity_ - size_) {
      complete_ = false;
      return *this;
    }
    if (!text.empty()) std::memcpy(out_ + size_, text.data(), text.size());
    size_ += text.size();
    return *this;
  }
  TextWriter& number(std::uint32_t value) {
    char digits[10];
    std::size_t begin = sizeof digits;
    do {
      digits[--begin] = static_cast<char>('0' + value % 10);
      value /= 10;
    } while (value != 0);
    return put({digits + begin, sizeof digits - begin});
  }

  [[nodiscard]] bool complete() const { return complete_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {out_, size_}; }

 private:
  char* out_;
  std::size_t capacity_;
  std::size_t size_ = 0;
  bool complete_ = true;
};

}  // namespace flotilla
