#include "common/update_state.h"

#include <array>
#include <iterator>

#include "common/update_state_names.h"

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

// On the chip a row is one word: from, event and to in a byte each.
constexpr std::uint32_t key(UpdateState from, UpdateEvent event) {
  return static_cast<std::uint32_t>(from) | static_cast<std::uint32_t>(event) << 8;
}

constexpr auto pack_table() {
  std::array<std::uint32_t, std::size(kTable)> words{};
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = key(kTable[i].from, kTable[i].event) | static_cast<std::uint32_t>(kTable[i].to) << 16;
  }
  return words;
}

FLOTILLA_IN_FLASH constexpr auto kPackedTable = pack_table();
FLOTILLA_IN_FLASH constexpr auto kPackedNames = pack_names<packed_words(kUpdateStateNames)>(kUpdateStateNames);

}  // namespace

std::optional<UpdateState> next(UpdateState state, UpdateEvent event) {
  for (const auto& packed : kPackedTable) {
    const std::uint32_t row = flash_word(&packed);
    if ((row & 0xFFFF) == key(state, event)) return static_cast<UpdateState>(row >> 16);
  }
  return std::nullopt;
}

const UpdateTransition* update_transitions(std::size_t& count) {
  count = sizeof kTable / sizeof kTable[0];
  return kTable;
}

FlashText name_of(UpdateState state) {
  return find_name(kPackedNames.data(), std::size(kUpdateStateNames), static_cast<std::uint32_t>(state));
}

bool update_state_from_number(std::uint32_t number, UpdateState& out) {
  if (number > static_cast<std::uint32_t>(UpdateState::Failed)) return false;
  out = static_cast<UpdateState>(number);
  return true;
}

bool is_active(UpdateState state) { return state >= UpdateState::Accepted && state <= UpdateState::Trial; }

}  // namespace flotilla
