#include "daemon/core/member_table.h"

namespace flotilla::core {
namespace {

using S = MemberState;
using E = MemberEvent;

// clang-format off
constexpr MemberTransition kTable[] = {
    {S::Waiting,      E::Open,      S::Ready},
    {S::Waiting,      E::Withdraw,  S::Withdrawn},

    {S::Ready,        E::Order,     S::Ordered},
    {S::Ready,        E::Skip,      S::Skipped},
    {S::Ready,        E::Supersede, S::Superseded},
    {S::Ready,        E::Withdraw,  S::Withdrawn},

    // Heartbeats say where a device is now: every step in between may have gone unseen.
    {S::Ordered,      E::Retract,   S::Ready},
    {S::Ordered,      E::Retry,     S::Ready},
    {S::Ordered,      E::Works,     S::Working},
    {S::Ordered,      E::Arms,      S::Rebooting},
    {S::Ordered,      E::Tries,     S::Trial},
    {S::Ordered,      E::Confirms,  S::Soaking},
    {S::Ordered,      E::RollsBack, S::RolledBack},
    {S::Ordered,      E::Fails,     S::Failed},
    {S::Ordered,      E::Refuses,   S::Refused},
    {S::Ordered,      E::Cancels,   S::Withdrawn},
    {S::Ordered,      E::TimesOut,  S::Unresponsive},
    {S::Ordered,      E::Skip,      S::Skipped},
    {S::Ordered,      E::Withdraw,  S::Withdrawn},

    {S::Working,      E::Works,     S::Working},
    {S::Working,      E::Arms,      S::Rebooting},
    {S::Working,      E::Tries,     S::Trial},
    {S::Working,      E::Confirms,  S::Soaking},
    {S::Working,      E::RollsBack, S::RolledBack},
    {S::Working,      E::Fails,     S::Failed},
    {S::Working,      E::Cancels,   S::Withdrawn},
    {S::Working,      E::TimesOut,  S::Unresponsive},
    {S::Working,      E::Retry,     S::Ready},
    {S::Working,      E::Skip,      S::Skipped},

    {S::Rebooting,    E::Arms,      S::Rebooting},
    {S::Rebooting,    E::Tries,     S::Trial},
    {S::Rebooting,    E::Confirms,  S::Soaking},
    {S::Rebooting,    E::RollsBack, S::RolledBack},
    {S::Rebooting,    E::Fails,     S::Failed},
    {S::Rebooting,    E::TimesOut,  S::Lost},
    {S::Rebooting,    E::Retry,     S::Ready},

    {S::Trial,        E::Tries,     S::Trial},
    {S::Trial,        E::Confirms,  S::Soaking},
    {S::Trial,        E::RollsBack, S::RolledBack},
    {S::Trial,        E::Fails,     S::Failed},
    {S::Trial,        E::TimesOut,  S::Lost},
    {S::Trial,        E::Retry,     S::Ready},

    {S::Soaking,      E::Confirms,  S::Soaking},
    {S::Soaking,      E::Proves,    S::Succeeded},
    {S::Soaking,      E::RollsBack, S::RolledBack},
    {S::Soaking,      E::Fails,     S::Failed},
    {S::Soaking,      E::TimesOut,  S::Lost},
    {S::Soaking,      E::Retry,     S::Ready},
    {S::Soaking,      E::Supersede, S::Superseded},  // another rollout's order goes to it

    // The same report again.
    {S::Succeeded,    E::Confirms,  S::Succeeded},
    {S::Failed,       E::Fails,     S::Failed},
    {S::RolledBack,   E::RollsBack, S::RolledBack},
    {S::Withdrawn,    E::Cancels,   S::Withdrawn},

    // Late returns: a device is recorded as what it then is, once that is an end; what was decided meanwhile stays.
    {S::Unresponsive, E::Works,     S::Unresponsive},
    {S::Unresponsive, E::Arms,      S::Unresponsive},
    {S::Unresponsive, E::Tries,     S::Unresponsive},
    {S::Unresponsive, E::Confirms,  S::Soaking},
    {S::Unresponsive, E::RollsBack, S::RolledBack},
    {S::Unresponsive, E::Fails,     S::Failed},
    {S::Unresponsive, E::Cancels,   S::Withdrawn},
    {S::Lost,         E::Arms,      S::Lost},
    {S::Lost,         E::Tries,     S::Lost},
    {S::Lost,         E::Confirms,  S::Soaking},
    {S::Lost,         E::RollsBack, S::RolledBack},
    {S::Lost,         E::Fails,     S::Failed},
};
// clang-format on

}  // namespace

std::optional<MemberState> next(MemberState state, MemberEvent event) {
  for (const auto& row : kTable) {
    if (row.from == state && row.event == event) return row.to;
  }
  return std::nullopt;
}

const MemberTransition* member_transitions(std::size_t& count) {
  count = sizeof kTable / sizeof kTable[0];
  return kTable;
}

std::string_view to_string(MemberEvent event) {
  switch (event) {
    case MemberEvent::Open: return "open";
    case MemberEvent::Order: return "order";
    case MemberEvent::Retract: return "retract";
    case MemberEvent::Retry: return "retry";
    case MemberEvent::Works: return "works";
    case MemberEvent::Arms: return "arms";
    case MemberEvent::Tries: return "tries";
    case MemberEvent::Confirms: return "confirms";
    case MemberEvent::Proves: return "proves";
    case MemberEvent::RollsBack: return "rolls-back";
    case MemberEvent::Fails: return "fails";
    case MemberEvent::Refuses: return "refuses";
    case MemberEvent::Cancels: return "cancels";
    case MemberEvent::TimesOut: return "times-out";
    case MemberEvent::Skip: return "skip";
    case MemberEvent::Supersede: return "supersede";
    case MemberEvent::Withdraw: return "withdraw";
  }
  return "unknown";
}

bool is_failure(MemberState state) { return state >= S::Failed && state <= S::Lost; }

bool is_skipped(MemberState state) { return state >= S::Skipped; }

bool is_moving(MemberState state) { return state >= S::Ordered && state <= S::Trial; }

bool is_in_flight(MemberState state) { return state >= S::Ordered && state <= S::Soaking; }

bool is_decided(MemberState state) { return state >= S::Succeeded; }

bool is_on_trial(MemberState state) { return state == S::Rebooting || state == S::Trial; }

}  // namespace flotilla::core
