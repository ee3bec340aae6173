// What a request for a file means, without any I/O: its target, its conditions, and which bytes answer it (RFC 9110).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/digest.h"
#include "daemon/https/file_name.h"

namespace flotilla::https {

enum class Method : std::uint8_t { Get, Head };

// The fields that decide about the answer; views into the request.
struct Conditions {
  Method method = Method::Get;
  std::optional<std::string_view> range;
  std::optional<std::string_view> if_range;
  std::optional<std::string_view> if_none_match;
};

struct Transfer {
  unsigned status = 200;    // 200, 206, 304 or 416
  std::uint64_t first = 0;  // which bytes of the file the answer is about, none for 304 and 416
  std::uint64_t length = 0;
};

// "/v1/images/" or "/v1/configs/" and 64 lower-case hexadecimal digits, nothing else. false leaves `out` untouched.
[[nodiscard]] bool parse_file_target(std::string_view target, FileName& out);

// The entity tag: the digest in hexadecimal, in double quotes. A file never changes under its digest.
[[nodiscard]] std::string etag_of(const Digest& sha256);

[[nodiscard]] Transfer plan_transfer(const Conditions& conditions, const Digest& sha256, std::uint64_t size);

}  // namespace flotilla::https
