#include "daemon/api/target.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace flotilla::api {
namespace {

constexpr std::size_t kMaxTarget = 512;
constexpr std::string_view kHole = "{}";

bool only(std::string_view text, std::string_view others) {
  return std::all_of(text.begin(), text.end(), [others](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  });
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
  if (text.size() > kMaxTarget || text.empty() || text.front() != '/') return std::nullopt;
  const std::size_t mark = text.find('?');
  const std::string_view path = text.substr(0, mark);
  if (!only(path, "._~+/-")) return std::nullopt;
  Target target{std::string(path), {}};
  if (mark == std::string_view::npos) return target;
  std::string_view query = text.substr(mark + 1);
  if (!only(query, "._~+-=&")) return std::nullopt;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    const std::size_t equals = std::min(pair.find('='), pair.size());
    target.query.emplace_back(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return target;
}

std::optional<std::string> match(std::string_view pattern, std::string_view path) {
  const std::size_t hole = pattern.find(kHole);
  if (hole == std::string_view::npos) return pattern == path ? std::optional<std::string>("") : std::nullopt;
  const std::string_view before = pattern.substr(0, hole);
  const std::string_view after = pattern.substr(hole + kHole.size());
  if (path.size() <= before.size() + after.size() || path.substr(0, before.size()) != before ||
      path.substr(path.size() - after.size()) != after) {
    return std::nullopt;
  }
  const std::string_view argument = path.substr(before.size(), path.size() - before.size() - after.size());
  if (argument.find('/') != std::string_view::npos) return std::nullopt;
  return std::string(argument);
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) return std::nullopt;
  if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return number;
}

}  // namespace flotilla::api
