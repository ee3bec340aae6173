#include "common/version.h"

namespace flotilla {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_identifier_char(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }

bool is_numeric(std::string_view text) {
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return !text.empty();
}

// Takes a decimal number without leading zeros from the front of `rest`.
bool take_number(std::string_view& rest, std::uint32_t& out) {
  std::size_t digits = 0;
  std::uint64_t value = 0;
  while (digits < rest.size() && is_digit(rest[digits])) {
    value = value * 10 + static_cast<std::uint64_t>(rest[digits] - '0');
    if (value > UINT32_MAX) return false;
    ++digits;
  }
  if (digits == 0 || (digits > 1 && rest[0] == '0')) return false;
  rest.remove_prefix(digits);
  out = static_cast<std::uint32_t>(value);
  return true;
}

bool take_dot(std::string_view& rest) {
  if (rest.empty() || rest.front() != '.') return false;
  rest.remove_prefix(1);
  return true;
}

// The identifier up to the next dot; `rest` is what comes behind that dot.
std::string_view take_identifier(std::string_view& rest) {
  const auto dot = rest.find('.');
  const auto identifier = rest.substr(0, dot);
  rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
  return identifier;
}

// Dot-separated identifiers, none empty; numeric ones without leading zeros where `strict_numbers`.
bool valid_identifiers(std::string_view text, bool strict_numbers) {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    const auto identifier = take_identifier(text);
    if (identifier.empty()) return false;
    for (const char c : identifier) {
      if (!is_identifier_char(c)) return false;
    }
    if (strict_numbers && identifier.size() > 1 && identifier[0] == '0' && is_numeric(identifier)) return false;
  }
  return true;
}

int sign(int order) { return order < 0 ? -1 : (order > 0 ? 1 : 0); }

int compare_identifier(std::string_view a, std::string_view b) {
  const bool a_numeric = is_numeric(a);
  const bool b_numeric = is_numeric(b);
  if (a_numeric != b_numeric) return a_numeric ? -1 : 1;
  // Without leading zeros the longer number is the larger one, whatever its size.
  if (a_numeric && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return sign(a.compare(b));
}

int compare_number(std::uint32_t a, std::uint32_t b) { return a < b ? -1 : (a > b ? 1 : 0); }

}  // namespace

bool Version::parse(std::string_view text, Version& out) {
  Version parsed;
  if (!parsed.text_.assign(text)) return false;
  auto rest = text;
  if (!take_number(rest, parsed.major_) || !take_dot(rest) || !take_number(rest, parsed.minor_) || !take_dot(rest) ||
      !take_number(rest, parsed.patch_)) {
    return false;
  }
  const auto plus = rest.find('+');
  if (plus != std::string_view::npos) {
    if (!valid_identifiers(rest.substr(plus + 1), false)) return false;
    rest = rest.substr(0, plus);
  }
  if (!rest.empty()) {
    if (rest.front() != '-') return false;
    rest.remove_prefix(1);
    if (!valid_identifiers(rest, true)) return false;
    parsed.pre_begin_ = static_cast<std::uint8_t>(rest.data() - text.data());
    parsed.pre_size_ = static_cast<std::uint8_t>(rest.size());
  }
  out = parsed;
  return true;
}

int compare(const Version& a, const Version& b) {
  if (const int order = compare_number(a.major(), b.major()); order != 0) return order;
  if (const int order = compare_number(a.minor(), b.minor()); order != 0) return order;
  if (const int order = compare_number(a.patch(), b.patch()); order != 0) return order;
  auto a_rest = a.prerelease();
  auto b_rest = b.prerelease();
  // A pre-release comes before the release it leads to.
  if (a_rest.empty() || b_rest.empty()) return static_cast<int>(a_rest.empty()) - static_cast<int>(b_rest.empty());
  while (!a_rest.empty() && !b_rest.empty()) {
    if (const int order = compare_identifier(take_identifier(a_rest), take_identifier(b_rest)); order != 0) {
      return order;
    }
  }
  return static_cast<int>(!a_rest.empty()) - static_cast<int>(!b_rest.empty());
}

}  // namespace flotilla
