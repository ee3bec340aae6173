// Small values kept as text in one column.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/core/types.h"

namespace flotilla::sqlite {

// "name=value" lines; backslash, newline and = are escaped with a backslash (newline as \n).
[[nodiscard]] std::string labels_to_text(const std::map<std::string, std::string>& labels);
// false: not such a text.
[[nodiscard]] bool labels_from_text(const std::string& text, std::map<std::string, std::string>& out);

// "1,10%,100%".
[[nodiscard]] std::string waves_to_text(const std::vector<core::WaveSize>& waves);
[[nodiscard]] bool waves_from_text(const std::string& text, std::vector<core::WaveSize>& out);

}  // namespace flotilla::sqlite
