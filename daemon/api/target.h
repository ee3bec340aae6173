// A request's target: its path and query. Nothing in the API's addresses needs percent-encoding, so none is decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flotilla::api {

struct Target {
  std::string path;
  std::vector<std::pair<std::string, std::string>> query;
};

// Nothing for a target of more than 512 bytes, that does not begin with '/', or that has other characters than
// [A-Za-z0-9._~+/-] in the path and those, '=' and '&' in the query.
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

// What stands in `path` for the pattern's "{}" ("" where it has none); nothing where the path does not fit.
[[nodiscard]] std::optional<std::string> match(std::string_view pattern, std::string_view path);

// Decimal digits and nothing else, at most 2^63 - 1.
[[nodiscard]] std::optional<std::uint64_t> parse_number(std::string_view text);

}  // namespace flotilla::api
