// The names of the core's enumerators, as people and scripts read them: "running", "failure-limit", "runs-it-already".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/core/types.h"

namespace flotilla::core {

[[nodiscard]] std::string_view to_string(OrderKind kind);
[[nodiscard]] std::string_view to_string(ConfigState state);
[[nodiscard]] std::string_view to_string(RolloutState state);
[[nodiscard]] std::string_view to_string(RolloutReason reason);
[[nodiscard]] std::string_view to_string(MemberState state);
[[nodiscard]] std::string_view to_string(SkipReason reason);

// "esp-01, esp-02 and 7 more": at most five by name, in their order.
[[nodiscard]] std::string name_some(std::vector<std::string> devices);
// One sentence about the update that a device reports: what its error's number means, and what the device added. Empty
// without either.
[[nodiscard]] std::string error_sentence(const Heartbeat& report);

}  // namespace flotilla::core
