#include "daemon/config/toml.h"

#include <algorithm>
#include <optional>
#include <string_view>

namespace flotilla::config {
namespace {

constexpr std::string_view kBlank = " \t\r";

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_key(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_integer(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// What follows a value: nothing, or a comment.
bool is_end(std::string_view rest) {
  rest = trimmed(rest);
  return rest.empty() || rest.front() == '#';
}

std::optional<char> escaped(char c) {
  switch (c) {
    case '"':
    case '\\': return c;
    case 'n': return '\n';
    case 't': return '\t';
    case 'r': return '\r';
    default: return std::nullopt;
  }
}

// A string in double quotes (with escapes) or in single quotes (without).
std::optional<std::string> quoted_value(std::string_view text) {
  const char quote = text.front();
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == quote) return is_end(text.substr(i + 1)) ? std::optional(out) : std::nullopt;
    if (text[i] == '\\' && quote == '"') {
      const auto character = ++i < text.size() ? escaped(text[i]) : std::nullopt;
      if (!character) return std::nullopt;
      out += *character;
    } else {
      out += text[i];
    }
  }
  return std::nullopt;
}

std::optional<std::string> value_of(std::string_view text) {
  if (text.empty()) return std::nullopt;
  if (text.front() == '"' || text.front() == '\'') return quoted_value(text);
  const std::string_view bare = trimmed(text.substr(0, text.find('#')));
  if (bare == "true" || bare == "false" || is_integer(bare)) return std::string(bare);
  return std::nullopt;
}

}  // namespace

Result<std::vector<TomlEntry>, Error> parse_toml(const std::string& text, const std::string& file) {
  std::vector<TomlEntry> entries;
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = trimmed(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.empty() || line.front() == '#') continue;

    const auto wrong = [&](const std::string& what) {
      return Error{ErrorCode::InvalidArgument, file + ":" + std::to_string(number) + ": " + what,
                   "a line looks like: mqtt-host = \"localhost\"   or   mqtt-port = 8883"};
    };
    const std::size_t equals = line.find('=');
    const std::string key(trimmed(line.substr(0, equals)));
    if (equals == std::string_view::npos || !is_key(key)) return wrong("this is no `key = value`");
    const auto same = [&key](const TomlEntry& entry) { return entry.key == key; };
    if (std::any_of(entries.begin(), entries.end(), same)) return wrong("'" + key + "' stands here twice");
    auto value = value_of(trimmed(line.substr(equals + 1)));
    if (!value) {
      return wrong("the value of '" + key + "' is neither a string in quotes, nor a whole number, nor true or false");
    }
    entries.push_back({key, std::move(*value), number});
  }
  return entries;
}

}  // namespace flotilla::config
