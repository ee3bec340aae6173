// Measures the TLS records in a byte stream (RFC 8446, section 5.1: type, version u16, length u16, big endian).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace flotilla {

class TlsRecordMeter {
 public:
  void observe(const std::uint8_t* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size;) {
      if (body_left_ != 0) {
        const std::size_t take = std::min(body_left_, size - i);
        body_left_ -= take;
        i += take;
        continue;
      }
      length_ = (length_ << 8 | bytes[i++]) & 0xFFFF;  // its last two bytes are the length
      if (++header_size_ < kHeader) continue;
      header_size_ = 0;
      body_left_ = length_;
      largest_ = std::max(largest_, length_);
    }
  }
  [[nodiscard]] std::size_t largest() const { return largest_; }  // bytes, without the header

 private:
  static constexpr unsigned kHeader = 5;
  unsigned header_size_ = 0;
  std::size_t length_ = 0;
  std::size_t body_left_ = 0;
  std::size_t largest_ = 0;
};

}  // namespace flotilla
