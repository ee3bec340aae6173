#include "common/version.h"

#include <cstring>

namespace flotilla {
namespace {

enum class Part : std::uint8_t { Numbers, Prerelease, Build };

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_identifier_char(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-'; }

bool is_numeric(std::string_view text) {
  for (const char c : text) {
    if (!is_digit(c)) return false;
  }
  return true;
}

// false: beyond 32 bits.
bool read_number(std::string_view digits, std::uint32_t& out) {
  out = 0;
  for (const char c : digits) {
    const auto digit = static_cast<std::uint32_t>(c - '0');
    if (out > (UINT32_MAX - digit) / 10) return false;
    out = out * 10 + digit;
  }
  return true;
}

// The text up to the next `mark`, or all; `rest` is what comes behind that mark.
std::string_view take(std::string_view& rest, char mark) {
  std::size_t size = 0;
  while (size < rest.size() && rest[size] != mark) ++size;
  const std::string_view taken(rest.data(), size);
  rest.remove_prefix(size < rest.size() ? size + 1 : size);
  return taken;
}

bool is_identifier(std::string_view text, Part part) {
  for (const char c : text) {
    if (!is_identifier_char(c)) return false;
  }
  const bool numeric = is_numeric(text);
  std::uint32_t number = 0;
  if (part == Part::Numbers && (!numeric || !read_number(text, number))) return false;
  const bool leading_zero = numeric && text.size() > 1 && text[0] == '0';
  return !text.empty() && (part == Part::Build || !leading_zero);
}

// How many dot-separated identifiers `text` is; 0 where one is not of that part.
unsigned count_identifiers(std::string_view text, Part part) {
  unsigned count = 0;
  for (const char* const end = text.data() + text.size();;) {
    const auto identifier = take(text, '.');
    if (!is_identifier(identifier, part)) return 0;
    ++count;
    if (identifier.data() + identifier.size() == end) return count;
  }
}

int sign(int order) { return order < 0 ? -1 : (order > 0 ? 1 : 0); }

int compare_identifier(std::string_view a, std::string_view b) {
  const bool numeric = is_numeric(a);
  if (numeric != is_numeric(b)) return numeric ? -1 : 1;
  const int by_size = static_cast<int>(a.size()) - static_cast<int>(b.size());
  // Without leading zeros the longer number is the larger one, whatever its size.
  if (numeric && by_size != 0) return by_size;
  const int by_text = std::memcmp(a.data(), b.data(), by_size < 0 ? a.size() : b.size());
  return by_text != 0 ? by_text : by_size;
}

// Of two lists of identifiers that begin alike the longer one comes after.
int compare_lists(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (const int order = compare_identifier(take(a, '.'), take(b, '.')); order != 0) return sign(order);
  }
  return static_cast<int>(!a.empty()) - static_cast<int>(!b.empty());
}

}  // namespace

bool is_version(std::string_view text) {
  if (text.size() > kMaxVersion) return false;
  auto build = text;
  const auto precedence = take(build, '+');
  auto prerelease = precedence;
  const auto numbers = take(prerelease, '-');
  return count_identifiers(numbers, Part::Numbers) == 3 &&
         (numbers.size() == precedence.size() || count_identifiers(prerelease, Part::Prerelease) != 0) &&
         (precedence.size() == text.size() || count_identifiers(build, Part::Build) != 0);
}

int compare_versions(std::string_view a, std::string_view b) {
  auto a_prerelease = take(a, '+');
  auto b_prerelease = take(b, '+');
  const auto a_numbers = take(a_prerelease, '-');
  const int order = compare_lists(a_numbers, take(b_prerelease, '-'));
  if (order != 0) return order;
  // A pre-release comes before the release it leads to.
  if (a_prerelease.empty() || b_prerelease.empty()) {
    return static_cast<int>(a_prerelease.empty()) - static_cast<int>(b_prerelease.empty());
  }
  return compare_lists(a_prerelease, b_prerelease);
}

bool Version::parse(std::string_view text, Version& out) { return is_version(text) && out.text_.assign(text); }

std::uint32_t Version::number(unsigned index) const {
  auto rest = text();
  auto precedence = take(rest, '+');
  auto numbers = take(precedence, '-');
  while (index-- > 0) (void)take(numbers, '.');
  std::uint32_t value = 0;
  (void)read_number(take(numbers, '.'), value);
  return value;
}

std::string_view Version::prerelease() const {
  auto build = text();
  auto prerelease = take(build, '+');
  (void)take(prerelease, '-');
  return prerelease;
}

}  // namespace flotilla
