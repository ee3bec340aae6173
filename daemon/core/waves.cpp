#include "daemon/core/waves.h"

#include "daemon/core/member_table.h"

namespace flotilla::core {

bool counts_in(const Member& member) { return !is_skipped(member.state) && member.skip != SkipReason::Forgiven; }

std::uint32_t cumulative_size(const RolloutPolicy& policy, std::uint32_t targets, std::uint32_t wave) {
  const WaveSize& size = policy.waves[wave];
  if (!size.percent) return size.value;
  return static_cast<std::uint32_t>((static_cast<std::uint64_t>(targets) * size.value + 99) / 100);
}

std::vector<std::uint32_t> waves_of(const RolloutPolicy& policy, std::uint32_t targets,
                                    const std::vector<Member>& members) {
  std::vector<std::uint32_t> waves;
  waves.reserve(members.size());
  std::uint32_t wave = 0;
  std::uint32_t position = 0;
  for (const Member& member : members) {
    while (wave < policy.waves.size() && position >= cumulative_size(policy, targets, wave)) ++wave;
    waves.push_back(wave);
    if (counts_in(member)) ++position;
  }
  return waves;
}

Tally tally(const std::vector<Member>& members, const std::vector<std::uint32_t>& waves, std::uint32_t open_wave) {
  Tally sum;
  for (std::size_t i = 0; i < members.size() && waves[i] <= open_wave; ++i) {
    if (!counts_in(members[i])) continue;
    ++sum.members;
    if (members[i].state == MemberState::Succeeded) ++sum.proven;
    if (is_failure(members[i].state)) ++sum.failed;
  }
  return sum;
}

bool reaches_threshold(const Tally& tally, std::uint32_t success_percent) {
  return tally.proven > 0 &&
         static_cast<std::uint64_t>(tally.proven) * 100 >= static_cast<std::uint64_t>(tally.members) * success_percent;
}

}  // namespace flotilla::core
