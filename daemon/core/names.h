// The names of the core's enumerators, as people and scripts read them: "running", "failure-limit", "runs-it-already".
#pragma once

#include <string_view>

#include "daemon/core/types.h"

namespace flotilla::core {

[[nodiscard]] std::string_view to_string(OrderKind kind);
[[nodiscard]] std::string_view to_string(RolloutState state);
[[nodiscard]] std::string_view to_string(RolloutReason reason);
[[nodiscard]] std::string_view to_string(MemberState state);
[[nodiscard]] std::string_view to_string(SkipReason reason);

}  // namespace flotilla::core
