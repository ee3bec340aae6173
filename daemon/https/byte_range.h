// The Range header field (RFC 9110, section 14): one range of bytes; several at once are answered with the whole.
#pragma once

#include <cstdint>
#include <string_view>

namespace flotilla::https {

enum class RangeKind : std::uint8_t {
  Whole,          // not one well-formed range of bytes: the field is ignored
  Part,           // 206
  Unsatisfiable,  // 416: begins behind the end
};

struct ByteRange {
  RangeKind kind = RangeKind::Whole;
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

// `field` is the field's value, `size` the file's. For Whole: first 0, length `size`; for Unsatisfiable: both 0.
[[nodiscard]] ByteRange parse_range(std::string_view field, std::uint64_t size);

}  // namespace flotilla::https
