// The head of an HTTP/1.1 response, byte by byte from a hostile peer: status, Content-Length, Content-Range. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace flotilla {

class HttpResponse {
 public:
  enum class State : std::uint8_t { Head, Body, Malformed };

  // Takes bytes up to the end of the head and returns how many; what follows is the body.
  std::size_t feed(const std::uint8_t* bytes, std::size_t size);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] int status() const { return status_; }  // 0 before the first line came
  [[nodiscard]] bool has_length() const { return has_length_; }
  [[nodiscard]] std::uint64_t length() const { return length_; }  // Content-Length
  [[nodiscard]] bool has_range() const { return has_range_; }
  [[nodiscard]] std::uint64_t range_begin() const { return range_begin_; }
  [[nodiscard]] std::uint64_t range_total() const { return range_total_; }  // 0 when the server does not say

 private:
  void end_line();
  bool take_line(std::string_view text, bool whole);
  void forget();
  bool status_line(std::string_view text);
  bool header(std::string_view name, std::string_view value, bool whole);
  bool content_range(std::string_view value);

  // A longer line keeps its begin: enough for every line that matters, and it is RAM on the chip.
  static constexpr std::size_t kMaxLine = 96;
  static constexpr std::size_t kMaxHead = 4096;  // bytes, an interim answer's included

  State state_ = State::Head;
  std::array<char, kMaxLine> line_{};
  std::size_t line_size_ = 0;  // as received, so it may be beyond the buffer
  std::size_t head_size_ = 0;
  int status_ = 0;
  bool has_length_ = false;
  bool has_range_ = false;
  std::uint64_t length_ = 0;
  std::uint64_t range_begin_ = 0;
  std::uint64_t range_total_ = 0;
};

}  // namespace flotilla
