// The device's life with an update: its states, events and transition table, read by the device and by the daemon.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/flash_text.h"

namespace flotilla {

// Numbers are on the wire and in the journal: never reused.
enum class UpdateState : std::uint8_t {
  Idle = 0,         // no attempt yet
  Accepted = 1,     // an order was accepted and is in the journal
  Downloading = 2,  // the slot is being filled
  Verified = 3,     // the slot holds the signed bytes, hashed from flash
  Armed = 4,        // the boot path will start the new image at the next reset
  Trial = 5,        // the new image runs and has not been confirmed
  Confirmed = 6,    // the new image is the one to keep
  RolledBack = 7,   // the new image ran, was left, and the one before is to run
  Failed = 8,       // the attempt ended before the new image ran
};

enum class UpdateEvent : std::uint8_t {
  Accept,         // a valid Install
  StartDownload,  // the slot was chosen, the first byte is asked for
  ImageVerified,  // size, header and SHA-256 of the slot are as signed
  Arm,            // the boot path took the order
  BootNew,        // after a reset: the image area holds the new image
  BootOld,        // after a reset: it holds the old one
  Reset,          // after a reset while nothing was armed
  Confirm,        // every condition of the trial is met
  GoBack,         // the trial failed
  Fail,           // before the new image ran
};

struct UpdateTransition {
  UpdateState from;
  UpdateEvent event;
  UpdateState to;
};

// The state after `event`, or nothing where the table has no such row: the caller reports that as an error.
[[nodiscard]] std::optional<UpdateState> next(UpdateState state, UpdateEvent event);

// The whole table, for tests and for generated documents.
[[nodiscard]] const UpdateTransition* update_transitions(std::size_t& count);

// For the device's log.
[[nodiscard]] FlashText name_of(UpdateState state);
// The host's.
[[nodiscard]] std::string_view to_string(UpdateState state);
[[nodiscard]] std::string_view to_string(UpdateEvent event);

// false for a number that is no state.
[[nodiscard]] bool update_state_from_number(std::uint32_t number, UpdateState& out);

// An attempt is running: neither idle nor at an end.
[[nodiscard]] bool is_active(UpdateState state);

}  // namespace flotilla
