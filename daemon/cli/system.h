// What the verbs ask the system for.
#pragma once

#include <cstdint>
#include <string>

namespace flotilla::cli {

// Wall time, seconds since 1970.
[[nodiscard]] std::uint64_t wall_seconds();

// The name of the user who runs this; the number when the user has no name.
[[nodiscard]] std::string user_name();

}  // namespace flotilla::cli
