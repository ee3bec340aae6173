// Waves: who belongs to which, and whether one has succeeded. Sizes are cumulative and count the members that are still
// in the count, by rank: the place of one that is skipped goes to the next in the draw.
#pragma once

#include <cstdint>
#include <vector>

#include "daemon/core/types.h"

namespace flotilla::core {

// Not skipped, and not a forgiven failure.
[[nodiscard]] bool counts_in(const Member& member);

// Devices of the first `wave + 1` waves, of `targets`.
[[nodiscard]] std::uint32_t cumulative_size(const RolloutPolicy& policy, std::uint32_t targets, std::uint32_t wave);

// The wave of each member of the list (by rank); the number of waves for those behind the last one. A member out of the
// count has the wave it would be in.
[[nodiscard]] std::vector<std::uint32_t> waves_of(const RolloutPolicy& policy, std::uint32_t targets,
                                                  const std::vector<Member>& members);

struct Tally {
  std::uint32_t members = 0;  // in the count, of all open waves
  std::uint32_t proven = 0;
  std::uint32_t failed = 0;
  [[nodiscard]] std::uint32_t undecided() const { return members - proven - failed; }
};

// Of the waves up to `open_wave`.
[[nodiscard]] Tally tally(const std::vector<Member>& members, const std::vector<std::uint32_t>& waves,
                          std::uint32_t open_wave);

// Enough of them proven, at least one. Those still under way are not waited for: a slow device must not block the rest.
[[nodiscard]] bool reaches_threshold(const Tally& tally, std::uint32_t success_percent);

}  // namespace flotilla::core
