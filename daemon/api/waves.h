// The text form of a rollout's waves: "1,10%,100%", cumulative, numbers of devices or percentages of the targets.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/core/types.h"

namespace flotilla::api {

inline constexpr std::size_t kMaxWaves = 32;

// Strict: 1-32 sizes, each 1-1000000 or 1%-100%, growing within the numbers and within the percentages. The error names
// the part that is wrong.
[[nodiscard]] Result<std::vector<core::WaveSize>, Error> parse_waves(std::string_view text);

[[nodiscard]] std::string format_wave(core::WaveSize size);
[[nodiscard]] std::string format_waves(const std::vector<core::WaveSize>& waves);

}  // namespace flotilla::api
