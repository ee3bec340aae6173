// Little-endian fields in and out of a byte buffer, for what the agent keeps in flash.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "common/bytes.h"

namespace flotilla {

// Writes behind each other into a buffer of N bytes; the caller knows that it is large enough (a test fills all fields).
template <std::size_t N>
class ByteWriter {
 public:
  template <typename Number>
  void number(Number value) {
    for (std::size_t i = 0; i < sizeof(Number); ++i) put(static_cast<std::uint8_t>(value >> (8 * i)));
  }
  void bytes(ByteView view) {
    for (std::size_t i = 0; i < view.size; ++i) put(view.data[i]);
  }
  // Its length in one byte, then the text in its full capacity, so that records keep one size.
  template <std::size_t Capacity>
  void text(const FixedString<Capacity>& text) {
    put(static_cast<std::uint8_t>(text.size()));
    for (std::size_t i = 0; i < Capacity; ++i) {
      put(i < text.size() ? static_cast<std::uint8_t>(text.view()[i]) : std::uint8_t{0});
    }
  }
  [[nodiscard]] ByteView view() const { return {buffer_.data(), size_}; }

 private:
  void put(std::uint8_t byte) {
    if (size_ < N) buffer_[size_++] = byte;
  }

  std::array<std::uint8_t, N> buffer_{};
  std::size_t size_ = 0;
};

// Reads in the same order. After the end it yields zeros and ok() is false.
class ByteReader {
 public:
  explicit ByteReader(ByteView view) : view_(view) {}

  template <typename Number>
  void number(Number& out) {
    out = 0;
    for (std::size_t i = 0; i < sizeof(Number); ++i) out = static_cast<Number>(out | Number{take()} << (8 * i));
  }
  template <std::size_t N>
  void bytes(std::array<std::uint8_t, N>& out) {
    for (auto& byte : out) byte = take();
  }
  template <std::size_t Capacity>
  void text(FixedString<Capacity>& out) {
    const std::size_t size = take();
    char content[Capacity];
    for (auto& c : content) c = static_cast<char>(take());
    if (!out.assign(std::string_view(content, size <= Capacity ? size : 0))) ok_ = false;
    if (size > Capacity) ok_ = false;
  }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::uint8_t take() {
    if (at_ < view_.size) return view_.data[at_++];
    ok_ = false;
    return 0;
  }

  ByteView view_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace flotilla
