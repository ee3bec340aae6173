// Semantic Versioning 2.0.0 without heap: parsing and precedence (semver.org, items 9-11).
#pragma once

#include <cstdint>
#include <string_view>

#include "common/bytes.h"

namespace flotilla {

inline constexpr std::size_t kMaxVersion = 32;  // bytes of a version's text on the wire
using VersionText = FixedString<kMaxVersion>;

// A parsed version. It keeps its text; build metadata ("+...") is kept but carries no precedence (item 10).
class Version {
 public:
  Version() = default;  // 0.0.0

  // Strict: three numbers without leading zeros, optional -prerelease and +build of [0-9A-Za-z-] identifiers; at most
  // kMaxVersion bytes. false leaves `out` untouched.
  [[nodiscard]] static bool parse(std::string_view text, Version& out);

  [[nodiscard]] std::string_view text() const { return text_.view(); }
  [[nodiscard]] std::uint32_t major() const { return major_; }
  [[nodiscard]] std::uint32_t minor() const { return minor_; }
  [[nodiscard]] std::uint32_t patch() const { return patch_; }
  [[nodiscard]] std::string_view prerelease() const { return text_.view().substr(pre_begin_, pre_size_); }

 private:
  VersionText text_{"0.0.0"};
  std::uint32_t major_ = 0;
  std::uint32_t minor_ = 0;
  std::uint32_t patch_ = 0;
  std::uint8_t pre_begin_ = 0;
  std::uint8_t pre_size_ = 0;
};

// Precedence (item 11): negative when a comes before b, 0 when neither does, positive when a comes after b.
[[nodiscard]] int compare(const Version& a, const Version& b);

}  // namespace flotilla
