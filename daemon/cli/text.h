// Texts for people. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "daemon/core/error.h"

namespace flotilla::cli {

// Text from outside made safe for a terminal: control characters, escape sequences, C1 controls, direction overrides and
// bytes that are no UTF-8 become \xNN or \u{NNNN}. A backslash stays itself.
[[nodiscard]] std::string printable(std::string_view text);
[[nodiscard]] Error printable(const Error& error);

// Columns a printable text takes: its code points (wide characters are not known here).
[[nodiscard]] std::size_t width(std::string_view text);
// At most `columns` wide; what is cut ends in "…".
[[nodiscard]] std::string cut(std::string_view text, std::size_t columns);

// "90s", "5m", "1h30m", "2d": units in falling order, each once; "0s". At most 100 years.
[[nodiscard]] bool parse_duration(std::string_view text, std::uint32_t& seconds);
[[nodiscard]] std::string format_duration(std::uint64_t seconds);

// "now", "12s ago", "3m ago", "5h ago", "4d ago"; "never" for 0. Times in seconds since 1970.
[[nodiscard]] std::string format_ago(std::int64_t at, std::int64_t now);
// Local time, "2026-03-01 12:00:05"; "-" for 0.
[[nodiscard]] std::string format_time(std::int64_t at);
// "420000 bytes (410.2 KiB)"
[[nodiscard]] std::string format_bytes(std::uint64_t bytes);
// "3 soaking, 1 succeeded": how many are in which state.
[[nodiscard]] std::string format_counts(const std::map<std::string, std::uint32_t>& counts);
// Six significant digits, no trailing zeros: "21.5".
[[nodiscard]] std::string format_value(double value);

}  // namespace flotilla::cli
