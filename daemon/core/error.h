// The error of the host's modules: a code for programs, a message that says what was wrong, a hint that says what to
// do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla {

enum class ErrorCode : std::uint8_t {
  InvalidArgument,  // the caller's input cannot be meant
  NotFound,
  Conflict,     // it is there already, or in a state that does not allow this
  Refused,      // understood, and forbidden by a rule
  Corrupt,      // bytes that are damaged, truncated or not signed as they should be
  Unavailable,  // another part does not answer now; the same may work later
  Internal,
};

// The name used in JSON, "invalid-argument" and so on.
[[nodiscard]] constexpr std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument: return "invalid-argument";
    case ErrorCode::NotFound: return "not-found";
    case ErrorCode::Conflict: return "conflict";
    case ErrorCode::Refused: return "refused";
    case ErrorCode::Corrupt: return "corrupt";
    case ErrorCode::Unavailable: return "unavailable";
    case ErrorCode::Internal: return "internal";
  }
  return "internal";
}

struct Error {
  ErrorCode code = ErrorCode::Internal;
  std::string message;  // what was wrong, with the name of the thing
  std::string hint;     // what to do; may be empty
};

}  // namespace flotilla
