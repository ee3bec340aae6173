// The head of an HTTP/1.1 answer, as text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace flotilla::https {

struct ResponseHead {
  unsigned status = 200;
  std::uint64_t content_length = 0;
  bool close = false;
  std::vector<std::pair<std::string_view, std::string>> fields;  // the others, in order
};

// "Content-Range: bytes 0-99/1000", or with no bytes "bytes */1000".
[[nodiscard]] std::string content_range(std::uint64_t first, std::uint64_t length, std::uint64_t size);

// `now`: seconds since 1970, for the Date field. A 304 carries no Content-Length.
[[nodiscard]] std::string to_text(const ResponseHead& head, std::int64_t now);

}  // namespace flotilla::https
