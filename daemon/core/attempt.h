// An attempt, followed: what a device reports about it moves its member, and the attempt ends or is given back.
#pragma once

#include "daemon/core/world.h"

namespace flotilla::core {

// The device reports this member's attempt; `before` is its report before, `was_online` as judged before.
void follow_attempt(World& world, Turn& turn, Member& member, const Heartbeat& before, bool was_online);

// The attempt came to nothing that counts: back to Ready for another one, or the end where the limit is reached (`why`
// is then the failure's) or the rollout is over.
void give_back(World& world, Turn& turn, Member& member, Reason why, const std::string& detail);

// Skipped, with its order taken back; an attempt that runs is cancelled.
void skip(World& world, Turn& turn, Member& member, SkipReason skip, Reason why, const std::string& detail);

}  // namespace flotilla::core
