// What `rollout watch` shows of a rollout. Pure: a rollout's detail in, lines out.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/api/types.h"
#include "daemon/cli/terminal.h"

namespace flotilla::cli {

// The live view: the rollout, a bar per wave, failures with their reasons, newest last. Every line is printable, at most
// terminal.columns wide, and there are at most terminal.rows - 1 lines: the oldest failures give way.
[[nodiscard]] std::vector<std::string> render_frame(const api::RolloutDetail& detail, std::int64_t now,
                                                    const Terminal& terminal);

// What happened between two looks at the same rollout, one line each: waves that opened, failures with their reasons,
// the counts where they changed, the rollout's state where it changed. `before` null: everything is new.
[[nodiscard]] std::vector<std::string> describe_changes(const api::RolloutDetail* before,
                                                        const api::RolloutDetail& after);

// The member states that count as a failure.
[[nodiscard]] bool is_failure(std::string_view member_state);

}  // namespace flotilla::cli
