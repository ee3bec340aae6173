#include "firmware-esp/src/net/http_response.h"

#include <algorithm>
#include <limits>

namespace flotilla {
namespace {

// The whole text must be a number without sign. By hand: from_chars brings a table into the chip's RAM.
bool parse_number(std::string_view text, std::uint64_t& out) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) return false;
    value = value * 10 + digit;
  }
  out = value;
  return !text.empty();
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool same_name(std::string_view name, std::string_view lower_case) {
  return std::equal(name.begin(), name.end(), lower_case.begin(), lower_case.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; });
}

}  // namespace

std::size_t HttpResponse::feed(const std::uint8_t* bytes, std::size_t size) {
  std::size_t used = 0;
  while (used < size && state_ == State::Head) {
    const char c = static_cast<char>(bytes[used++]);
    if (++head_size_ > kMaxHead) {
      state_ = State::Malformed;
    } else if (c == '\n') {
      end_line();
    } else {
      if (line_size_ < line_.size()) line_[line_size_] = c;
      ++line_size_;
    }
  }
  return used;
}

void HttpResponse::end_line() {
  const bool whole = line_size_ <= line_.size();
  std::string_view text(line_.data(), whole ? line_size_ : line_.size());
  if (whole && !text.empty() && text.back() == '\r') text.remove_suffix(1);
  if (!take_line(text, whole)) state_ = State::Malformed;
  line_size_ = 0;
}

// An interim answer (100 Continue) is followed by the real one.
void HttpResponse::forget() {
  const std::size_t head_size = head_size_;
  *this = HttpResponse();
  head_size_ = head_size;
}

bool HttpResponse::take_line(std::string_view text, bool whole) {
  if (status_ == 0) return status_line(text);
  if (text.empty()) {
    if (status_ < 200) {
      forget();
    } else {
      state_ = State::Body;
    }
    return true;
  }
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return !whole;
  return header(text.substr(0, colon), trim(text.substr(colon + 1)), whole);
}

bool HttpResponse::status_line(std::string_view text) {
  constexpr std::string_view kProtocol = "HTTP/1.";
  if (text.substr(0, kProtocol.size()) != kProtocol || text.size() < 12 || text[8] != ' ') return false;
  if (text.size() > 12 && text[12] != ' ') return false;
  std::uint64_t status = 0;
  if (!parse_number(text.substr(9, 3), status) || status < 100) return false;
  status_ = static_cast<int>(status);
  return true;
}

bool HttpResponse::header(std::string_view name, std::string_view value, bool whole) {
  if (same_name(name, "transfer-encoding")) return whole && same_name(value, "identity");  // we asked for no coding
  if (same_name(name, "content-length")) {
    std::uint64_t length = 0;
    if (!whole || !parse_number(value, length) || (has_length_ && length != length_)) return false;
    has_length_ = true;
    length_ = length;
    return true;
  }
  if (same_name(name, "content-range") && status_ == 206) return whole && content_range(value);
  return true;
}

// bytes <first>-<last>/<total or *>
bool HttpResponse::content_range(std::string_view value) {
  constexpr std::string_view kUnit = "bytes ";
  const std::size_t dash = value.find('-');
  const std::size_t slash = value.find('/');
  if (value.substr(0, kUnit.size()) != kUnit || dash == std::string_view::npos || slash == std::string_view::npos ||
      dash < kUnit.size() || dash > slash) {
    return false;
  }
  std::uint64_t last = 0;
  if (!parse_number(value.substr(kUnit.size(), dash - kUnit.size()), range_begin_) ||
      !parse_number(value.substr(dash + 1, slash - dash - 1), last) || last < range_begin_) {
    return false;
  }
  const std::string_view total = value.substr(slash + 1);
  if (total != "*" && (!parse_number(total, range_total_) || range_total_ <= last)) return false;
  has_range_ = true;
  return true;
}

}  // namespace flotilla
