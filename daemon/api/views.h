// From the core's rows to what the API shows. Pure.
#pragma once

#include <vector>

#include "daemon/api/types.h"
#include "daemon/core/fleet.h"

namespace flotilla::api {

[[nodiscard]] DeviceView view_of(const core::Device& device);
[[nodiscard]] DeviceList devices_of(const core::Fleet& fleet);
[[nodiscard]] ReleaseView view_of(const core::Release& release, const core::Fleet& fleet);
[[nodiscard]] ReleaseList releases_of(const core::Fleet& fleet);
[[nodiscard]] RolloutView view_of(const core::Rollout& rollout, const core::Fleet& fleet);
[[nodiscard]] RolloutList rollouts_of(const core::Fleet& fleet);
[[nodiscard]] RolloutDetail detail_of(const core::Rollout& rollout, const core::Fleet& fleet);
[[nodiscard]] HistoryList view_of(const std::vector<core::HistoryEntry>& entries);
// Everything of the status that the fleet knows.
[[nodiscard]] StatusView status_of(const core::Fleet& fleet, const core::Now& now);

}  // namespace flotilla::api
