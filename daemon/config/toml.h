// The part of TOML 1.0 that a flat list of settings needs: `key = value` with strings, integers and booleans, comments.
#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::config {

struct TomlEntry {
  std::string key;
  std::string value;  // a string without its quotes and escapes, "8883", "true"
  int line = 0;
};

// InvalidArgument with file and line for everything else: tables, lists, dates, a key that stands twice.
[[nodiscard]] Result<std::vector<TomlEntry>, Error> parse_toml(const std::string& text, const std::string& file);

}  // namespace flotilla::config
