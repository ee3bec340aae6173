// A running rollout's next steps: who is ready, whether the open wave has succeeded, and who is ordered now.
#pragma once

#include "daemon/core/world.h"

namespace flotilla::core {

// Looks at the rollout as a whole. The order matters: failures come before everything (nobody is ordered after the limit
// was reached), then the waves are opened as far as they have succeeded, and only then orders go out.
void conduct(World& world, Turn& turn, Book& book);

// What keeps a Ready member from being ordered now; empty: nothing.
[[nodiscard]] std::string what_it_waits_for(World& world, const Turn& turn, const Book& book, const Member& member);

// The book's waves, computed where they are out of date.
const std::vector<std::uint32_t>& waves_of(Book& book);

}  // namespace flotilla::core
