// Configuration orders: one a device at most, beside the rollouts. It waits its turn behind a rollout's attempt of that
// device, and a rollout's order waits behind it; what becomes of it is no rollout's success or failure.
#pragma once

#include <string>

#include "common/result.h"
#include "daemon/core/world.h"

namespace flotilla::core {

// Not at its end.
[[nodiscard]] bool is_open(ConfigState state);
// The device has an order of it, or works on it: no other attempt may begin.
[[nodiscard]] bool occupies_device(const Device& device);
// The newest attempt the device reports is its configuration's.
[[nodiscard]] bool reports_config(const Device& device);

// --- operators
// NotFound, or Conflict while one is under way, or InvalidArgument where it is for another kind of device.
[[nodiscard]] Result<Unit, Error> check_config(World& world, const ConfigSpec& spec);
// Replaces one that was not accepted; the same content again changes nothing.
Result<Unit, Error> update_config(World& world, Turn& turn, const ConfigSpec& spec);
Result<Unit, Error> withdraw_config(World& world, Turn& turn, const std::string& id);

// --- what devices say
// The newest report may be about its configuration; called for every report.
void follow_config(World& world, Turn& turn, Device& device, std::uint32_t order_sequence);
// The order in force is the configuration's.
void settle_config_order(World& world, Turn& turn, Device& device);
// Our state is from a backup: what has not begun by then may be older than what the device has.
void distrust_config(World& world, Turn& turn, Device& device, const std::string& text);
// No order of ours would be believed.
void hold_config(World& world, Turn& turn, Device& device);

// --- what the passing of time brings, and what else an order may have waited for
void conduct_configs(World& world, Turn& turn);
void config_unusable(World& world, Turn& turn, const Digest& sha256, const std::string& text);

// What keeps a waiting one from being ordered now; empty: nothing.
[[nodiscard]] std::string what_config_waits_for(World& world, const Turn& turn, const Device& device);

}  // namespace flotilla::core
