// Orders: made, renewed, taken back. A device has at most one; its sequence is above every one used or seen for it.
#pragma once

#include "daemon/core/world.h"

namespace flotilla::core {

// A sequence above the device's is left, and the wall clock can be trusted with an expiry.
[[nodiscard]] bool can_sign(const Turn& turn, const Device& device);

// The device could not take the order for now, through nobody's fault. It does not count the sequence as used: the same
// order, delivered again, is looked at anew.
[[nodiscard]] bool is_hindrance(Reason refusal);

// The newest publication is so long ago that the order may be sent again: often enough for one that got lost or a
// hindrance that passes, seldom enough for a device's battery.
[[nodiscard]] bool has_rested(World& world, const Device& device, Reason refusal);

// A new attempt of the member: Ready -> Ordered. The caller has checked can_sign().
void order_install(World& world, Turn& turn, Book& book, Member& member);

// An attempt id that the device's last report cannot be mistaken for: after a restored database ours may come round again.
[[nodiscard]] AttemptId new_attempt(World& world, Turn& turn, const Device& device);

// The order for device.config's attempt. `accepted`: the device works on it already, and is to get it back on its trial.
void order_config(World& world, Turn& turn, Device& device, bool accepted);

// Replaces whatever order there is. Does nothing where it cannot be signed: the next heartbeat asks again.
void order_cancel(World& world, Turn& turn, Device& device, AttemptId attempt, RolloutId rollout);

// The same order again above the device's sequence, with new times; false where it cannot be signed now.
bool renew(World& world, Turn& turn, Device& device, const std::string& why);

// No order any more; the topic is emptied.
void drop_order(World& world, Turn& turn, Device& device);

void publish(World& world, Turn& turn, const Device& device);

// An Install that the device has not accepted is taken back; an accepted one stays.
void withdraw_unaccepted(World& world, Turn& turn, Member& member);

}  // namespace flotilla::core
