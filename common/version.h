// Semantic Versioning 2.0.0 without heap: check and precedence (semver.org, items 9-11).
#pragma once

#include <cstdint>
#include <string_view>

#include "common/bytes.h"

namespace flotilla {

inline constexpr std::size_t kMaxVersion = 32;  // bytes of a version's text on the wire
using VersionText = FixedString<kMaxVersion>;

// Strict: three numbers without leading zeros, optional -prerelease and +build of [0-9A-Za-z-] identifiers; at most
// kMaxVersion bytes.
[[nodiscard]] bool is_version(std::string_view text);

// Precedence of two versions (item 11): negative when a comes before b, 0 when neither does, positive when a comes after
// b. Build metadata ("+...") carries none (item 10).
[[nodiscard]] int compare_versions(std::string_view a, std::string_view b);

// A text that is a version.
class Version {
 public:
  Version() = default;  // 0.0.0

  // false leaves `out` untouched.
  [[nodiscard]] static bool parse(std::string_view text, Version& out);

  [[nodiscard]] std::string_view text() const { return text_.view(); }
  [[nodiscard]] std::uint32_t major() const { return number(0); }
  [[nodiscard]] std::uint32_t minor() const { return number(1); }
  [[nodiscard]] std::uint32_t patch() const { return number(2); }
  [[nodiscard]] std::string_view prerelease() const;

 private:
  [[nodiscard]] std::uint32_t number(unsigned index) const;

  VersionText text_{"0.0.0"};
};

[[nodiscard]] inline int compare(const Version& a, const Version& b) { return compare_versions(a.text(), b.text()); }

}  // namespace flotilla
