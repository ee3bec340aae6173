// The way back to the confirmed image, shared by the agent and the early boot.
#pragma once

#include "firmware-esp/src/core/ledger.h"
#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

// A way back that fails this often is not tried again: a board that runs the unwanted image and says so is better than
// one that restarts for ever.
inline constexpr std::uint8_t kMaxWaysBack = 8;

// Counts the attempt in the journal and arms the confirmed image. false: there is none, its slot does not hold its very
// bytes any more, the tries are used up, or the boot path refused. The caller restarts.
[[nodiscard]] bool arm_way_back(Ledger& ledger, hal::Flash& flash, hal::Boot& boot, hal::Crypto& crypto,
                                Scratch& scratch);

}  // namespace flotilla
