// The time a sketch was compiled, from the compiler's own macros, as the lowest time its clock may show. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace flotilla {

// `date` is __DATE__ ("Nov 23 2026"). The result is the begin of the day before in UTC, in seconds since 1970: the macro
// is local time somewhere on earth. 0 for a text of another form.
[[nodiscard]] constexpr std::uint64_t build_seconds(std::string_view date) {
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (date.size() != 11) return 0;
  const std::size_t at = kMonths.find(date.substr(0, 3));
  if (at == std::string_view::npos || at % 3 != 0) return 0;
  std::uint64_t day = 0;
  std::uint64_t year = 0;
  for (const char c : date.substr(4, 2)) day = day * 10 + (c == ' ' ? 0U : static_cast<std::uint64_t>(c - '0'));
  for (const char c : date.substr(7)) year = year * 10 + static_cast<std::uint64_t>(c - '0');
  if (year < 1970 || year > 9999 || day < 1 || day > 31) return 0;
  // Days from a March-based year, as in Howard Hinnant's days_from_civil.
  const std::uint64_t month = at / 3 + 1;
  const std::uint64_t y = month <= 2 ? year - 1 : year;
  const std::uint64_t era = y / 400;
  const std::uint64_t year_of_era = y - era * 400;
  const std::uint64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const std::uint64_t days = era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return days <= 719468 ? 0 : (days - 719468 - 1) * 86400;
}

}  // namespace flotilla
