// Planning a rollout: is the policy sound, who takes part, in which order, and who cannot be a target.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/core/fleet.h"
#include "daemon/core/types.h"

namespace flotilla::core {

// Why a device is no target, as a member's final state.
struct Verdict {
  MemberState state = MemberState::Skipped;
  SkipReason skip = SkipReason::None;
  Reason why = Reason::None;
  std::string detail;
};

// By what the device last reported; nothing: it can be ordered. The rules are asked in this order: what it is (hardware),
// what can be believed (quarantine), what it has already (the image), what it would refuse (floor), what it is above, what it
// has room for (slots, size).
[[nodiscard]] std::optional<Verdict> verdict(const Device& device, const Release& release, std::uint32_t trust_version);

// A jump of the reported sequence that no history of ours explains, under the current trust version.
[[nodiscard]] bool is_quarantined(const Device& device, std::uint32_t trust_version);

// The device is of the release's product and hardware, as far as is known.
[[nodiscard]] bool fits(const Device& device, const Release& release);

// Position in the draw: smaller comes first.
[[nodiscard]] std::uint64_t draw(std::uint64_t seed, RolloutId rollout, const std::string& device);

// Refuses what cannot be meant. Returns the policy with the silent deadline filled in.
[[nodiscard]] Result<RolloutPolicy, Error> check_policy(const RolloutPolicy& policy, const FleetConfig& config);

// Seconds of silence after the reboot that a device must be given: the trial, the way back, two heartbeats.
[[nodiscard]] std::uint32_t least_silence(const RolloutPolicy& policy, std::uint32_t heartbeat_seconds);

struct Plan {
  std::vector<Member> members;  // by rank; those that are no target have their verdict and come last
  std::uint32_t targets = 0;
};
[[nodiscard]] Plan plan(RolloutId rollout, const Release& release, const std::vector<const Device*>& devices,
                        const FleetConfig& config, WallTime now);

}  // namespace flotilla::core
