#include "common/update_state.h"

namespace flotilla {
namespace {

using S = UpdateState;
using E = UpdateEvent;

// clang-format off
constexpr UpdateTransition kTable[] = {
    {S::Idle,        E::Accept,        S::Accepted},
    {S::Confirmed,   E::Accept,        S::Accepted},
    {S::RolledBack,  E::Accept,        S::Accepted},
    {S::Failed,      E::Accept,        S::Accepted},
    // A newer order replaces one that has not touched the boot path yet.
    {S::Accepted,    E::Accept,        S::Accepted},
    {S::Downloading, E::Accept,        S::Accepted},
    {S::Verified,    E::Accept,        S::Accepted},

    {S::Accepted,    E::StartDownload, S::Downloading},
    {S::Downloading, E::ImageVerified, S::Verified},
    {S::Verified,    E::Arm,           S::Armed},
    {S::Armed,       E::BootNew,       S::Trial},
    {S::Trial,       E::Confirm,       S::Confirmed},
    {S::Trial,       E::GoBack,        S::RolledBack},

    {S::Accepted,    E::Fail,          S::Failed},
    {S::Downloading, E::Fail,          S::Failed},
    {S::Verified,    E::Fail,          S::Failed},

    // What a reset finds in the journal. A slot that was verified is hashed again before it is armed.
    {S::Idle,        E::Reset,         S::Idle},
    {S::Accepted,    E::Reset,         S::Accepted},
    {S::Downloading, E::Reset,         S::Downloading},
    {S::Verified,    E::Reset,         S::Downloading},
    {S::Confirmed,   E::Reset,         S::Confirmed},
    {S::RolledBack,  E::Reset,         S::RolledBack},
    {S::Failed,      E::Reset,         S::Failed},
    {S::Armed,       E::BootOld,       S::Failed},
    {S::Trial,       E::BootNew,       S::Trial},
    {S::Trial,       E::BootOld,       S::RolledBack},
    {S::RolledBack,  E::BootOld,       S::RolledBack},
    {S::RolledBack,  E::BootNew,       S::RolledBack},  // the way back was cut: it is armed again
};
// clang-format on

constexpr std::string_view kStateNames[] = {"idle",  "accepted",  "downloading", "verified", "armed",
                                            "trial", "confirmed", "rolled-back", "failed"};
constexpr std::string_view kEventNames[] = {"accept",   "start-download", "image-verified", "arm",     "boot-new",
                                            "boot-old", "reset",          "confirm",        "go-back", "fail"};

}  // namespace

std::optional<UpdateState> next(UpdateState state, UpdateEvent event) {
  for (const auto& row : kTable) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

const UpdateTransition* update_transitions(std::size_t& count) {
  count = sizeof kTable / sizeof kTable[0];
  return kTable;
}

std::string_view to_string(UpdateState state) { return kStateNames[static_cast<std::size_t>(state)]; }

std::string_view to_string(UpdateEvent event) { return kEventNames[static_cast<std::size_t>(event)]; }

bool update_state_from_number(std::uint32_t number, UpdateState& out) {
  if (number > static_cast<std::uint32_t>(UpdateState::Failed)) return false;
  out = static_cast<UpdateState>(number);
  return true;
}

bool is_active(UpdateState state) { return state >= UpdateState::Accepted && state <= UpdateState::Trial; }

}  // namespace flotilla
