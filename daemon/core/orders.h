// Orders: made, renewed, taken back. A device has at most one; its sequence is above every one used or seen for it.
#pragma once

#include "daemon/core/world.h"

namespace flotilla::core {

// A sequence above the device's is left, and the wall clock can be trusted with an expiry.
[[nodiscard]] bool can_sign(const Turn& turn, const Device& device);

// A new attempt of the member: Ready -> Ordered. The caller has checked can_sign().
void order_install(World& world, Turn& turn, Book& book, Member& member);

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
