#include "firmware-esp/src/net/http_transfer.h"

#include <cstring>
#include <limits>

#include "firmware-esp/src/net/text.h"

namespace flotilla {

void HttpTransfer::begin(std::uint32_t offset) {
  *this = {};
  offset_ = offset;
}

void HttpTransfer::feed_head(std::uint8_t byte) {
  if (state_ != State::Head) return;
  response_.feed(&byte, 1);
  switch (response_.state()) {
    case HttpResponse::State::Head: return;
    case HttpResponse::State::Malformed: state_ = State::Malformed; return;
    case HttpResponse::State::Body: state_ = accept_head(); return;
  }
}

HttpTransfer::State HttpTransfer::accept_head() {
  if (response_.status() != 200 && response_.status() != 206) return State::Refused;
  if (!response_.has_length()) return State::Malformed;
  std::uint64_t whole = response_.length();
  std::uint64_t left = response_.length();
  if (response_.status() == 206) {
    if (!response_.has_range() || response_.range_begin() != offset_) return State::Malformed;
    whole = response_.range_total();
  } else {
    if (offset_ > left) return State::Malformed;
    skip_ = offset_;  // the server does not know ranges
    left -= skip_;
  }
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint32_t>::max();
  if (whole > kMax || left > kMax) return State::Malformed;
  total_ = static_cast<std::uint32_t>(whole);
  left_ = static_cast<std::uint32_t>(left);
  if (skip_ != 0) return State::Skip;
  return left_ != 0 ? State::Body : State::Done;
}

void HttpTransfer::settle() {
  if (skip_ == 0) state_ = left_ != 0 ? State::Body : State::Done;
}

void HttpTransfer::skipped(std::size_t bytes) {
  skip_ -= bytes < skip_ ? static_cast<std::uint32_t>(bytes) : skip_;
  settle();
}

void HttpTransfer::taken(std::size_t bytes) {
  left_ -= bytes < left_ ? static_cast<std::uint32_t>(bytes) : left_;
  settle();
}

std::size_t write_get_request(std::string_view path, std::string_view host, std::uint32_t port, std::uint32_t offset,
                              char* out, std::size_t capacity) {
  TextWriter text(out, capacity);
  text.put("GET ").put(path).put(" HTTP/1.1\r\nHost: ").put(host).put(":").number(port);
  if (offset != 0) text.put("\r\nRange: bytes=").number(offset).put("-");
  text.put("\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n");
  return text.complete() ? text.size() : 0;
}

}  // namespace flotilla
