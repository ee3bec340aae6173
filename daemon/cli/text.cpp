#include "daemon/cli/text.h"

#include <array>
#include <charconv>
#include <cstdio>
#include <ctime>

namespace flotilla::cli {
namespace {

struct CodePoint {
  std::uint32_t value = 0;
  std::size_t bytes = 0;  // 0: not UTF-8
};

// One code point at the beginning of a non-empty text: the shortest form, no surrogates, at most 10FFFF.
CodePoint decode(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return {lead, 1};
  const std::size_t bytes = (lead >> 5) == 0x6 ? 2 : (lead >> 4) == 0xe ? 3 : (lead >> 3) == 0x1e ? 4 : 0;
  if (bytes == 0 || text.size() < bytes) return {};
  std::uint32_t value = lead & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0) != 0x80) return {};
    value = (value << 6) | (next & 0x3fU);
  }
  constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kLeast[bytes] || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) return {};
  return {value, bytes};
}

bool is_control(std::uint32_t value) { return value < 0x20 || (value >= 0x7f && value <= 0x9f); }

// Line and paragraph separators, direction marks and overrides: they would change how the rest of a line looks.
bool misleads(std::uint32_t value) {
  return (value >= 0x200b && value <= 0x200f) || (value >= 0x2028 && value <= 0x202e) ||
         (value >= 0x2060 && value <= 0x206f) || value == 0xfeff || (value >= 0xe0000 && value <= 0xe007f);
}

std::string hex(std::uint32_t value, std::size_t digits) {
  std::array<char, 8> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, 16).ptr;
  std::string number(text.data(), end);
  return number.size() < digits ? std::string(digits - number.size(), '0') + number : number;
}

struct Unit {
  char letter;
  std::uint32_t seconds;
};
constexpr std::array<Unit, 4> kUnits = {Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60}, Unit{'s', 1}};
constexpr std::uint64_t kMaxDuration = 100ULL * 366 * 86400;

}  // namespace

std::string printable(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  while (!text.empty()) {
    const CodePoint point = decode(text);
    if (point.bytes == 0 || is_control(point.value)) {
      const std::size_t bytes = point.bytes == 0 ? 1 : point.bytes;
      for (std::size_t i = 0; i < bytes; ++i) safe += "\\x" + hex(static_cast<unsigned char>(text[i]), 2);
      text.remove_prefix(bytes);
      continue;
    }
    if (misleads(point.value)) {
      safe += "\\u{" + hex(point.value, 4) + "}";
    } else {
      safe += text.substr(0, point.bytes);
    }
    text.remove_prefix(point.bytes);
  }
  return safe;
}

Error printable(const Error& error) { return {error.code, printable(error.message), printable(error.hint)}; }

std::size_t width(std::string_view text) {
  std::size_t columns = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) ++columns;
  }
  return columns;
}

std::string cut(std::string_view text, std::size_t columns) {
  if (width(text) <= columns) return std::string(text);
  if (columns == 0) return {};
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    if ((static_cast<unsigned char>(text[end]) & 0xc0) != 0x80 && seen++ == columns - 1) break;
  }
  return std::string(text.substr(0, end)) + "…";
}

bool parse_duration(std::string_view text, std::uint32_t& seconds) {
  std::uint64_t total = 0;
  std::size_t unit = 0;
  if (text.empty()) return false;
  while (!text.empty()) {
    std::uint32_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{} || parsed.ptr == text.data() + text.size()) return false;
    while (unit < kUnits.size() && kUnits[unit].letter != *parsed.ptr) ++unit;
    if (unit == kUnits.size()) return false;
    total += std::uint64_t{number} * kUnits[unit++].seconds;
    if (total > kMaxDuration) return false;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()) + 1);
  }
  seconds = static_cast<std::uint32_t>(total);
  return true;
}

std::string format_duration(std::uint64_t seconds) {
  if (seconds == 0) return "0s";
  std::string text;
  for (const Unit& unit : kUnits) {
    if (const std::uint64_t whole = seconds / unit.seconds; whole != 0) {
      text += std::to_string(whole) + unit.letter;
      seconds %= unit.seconds;
    }
  }
  return text;
}

std::string format_ago(std::int64_t at, std::int64_t now) {
  if (at == 0) return "never";
  const std::int64_t passed = now - at;
  if (passed <= 0) return "now";
  for (const Unit& unit : kUnits) {
    if (passed >= unit.seconds) return std::to_string(passed / unit.seconds) + unit.letter + " ago";
  }
  return "now";
}

std::string format_time(std::int64_t at) {
  if (at == 0) return "-";
  const std::time_t time = at;
  std::tm local{};
  std::array<char, 32> text{};
  if (::localtime_r(&time, &local) == nullptr) return std::to_string(at);
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &local);
  return {text.data(), size};
}

std::string format_bytes(std::uint64_t bytes) {
  std::array<char, 48> text{};
  const int size = std::snprintf(text.data(), text.size(), "%llu bytes (%.1f KiB)",
                                 static_cast<unsigned long long>(bytes), static_cast<double>(bytes) / 1024.0);
  return {text.data(), static_cast<std::size_t>(size)};
}

std::string format_counts(const std::map<std::string, std::uint32_t>& counts) {
  std::string text;
  for (const auto& [state, count] : counts) {
    text += (text.empty() ? "" : ", ") + std::to_string(count);
    text += " " + state;
  }
  return text;
}

std::string format_value(double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%g", value);
  return {text.data(), static_cast<std::size_t>(size)};
}

}  // namespace flotilla::cli
