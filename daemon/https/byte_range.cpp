#include "daemon/https/byte_range.h"

#include <algorithm>
#include <limits>

namespace flotilla::https {
namespace {

constexpr std::string_view kUnit = "bytes";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

bool is_unit(std::string_view text) {
  return std::equal(text.begin(), text.end(), kUnit.begin(), kUnit.end(),
                    [](char a, char b) { return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b; });
}

// Digits only. A number too large for 64 bits is the largest one: behind the end of every file.
bool parse_number(std::string_view text, std::uint64_t& out) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  if (text.empty()) return false;
  std::uint64_t value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    value = value > (kMax - digit) / 10 ? kMax : value * 10 + digit;
  }
  out = value;
  return true;
}

// "-n": the last n bytes.
ByteRange suffix(std::uint64_t count, std::uint64_t size) {
  if (count == 0 || size == 0) return {RangeKind::Unsatisfiable, 0, 0};
  const std::uint64_t length = std::min(count, size);
  return {RangeKind::Part, size - length, length};
}

}  // namespace

ByteRange parse_range(std::string_view field, std::uint64_t size) {
  const ByteRange whole{RangeKind::Whole, 0, size};
  const auto equals = field.find('=');
  if (equals == std::string_view::npos || !is_unit(trim(field.substr(0, equals)))) return whole;
  const std::string_view range = trim(field.substr(equals + 1));
  const auto dash = range.find('-');
  if (dash == std::string_view::npos) return whole;
  const std::string_view left = range.substr(0, dash);
  const std::string_view right = range.substr(dash + 1);

  std::uint64_t first = 0;
  std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  if (left.empty()) return parse_number(right, last) ? suffix(last, size) : whole;
  if (!parse_number(left, first)) return whole;
  if (!right.empty() && (!parse_number(right, last) || last < first)) return whole;
  if (first >= size) return {RangeKind::Unsatisfiable, 0, 0};
  return {RangeKind::Part, first, std::min(last, size - 1) - first + 1};
}

}  // namespace flotilla::https
