// A fleet on a bench: virtual time, devices that do what the test says, and rows saved as the effects name them.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/unit/core/ledger.h"

namespace flotilla::core {

inline Digest digest_of(const std::string& text) {
  Digest digest;
  for (std::size_t i = 0; i < text.size(); ++i)
    digest.bytes[i % digest.bytes.size()] ^= static_cast<std::uint8_t>(text[i] + i);
  digest.bytes[31] = 1;
  return digest;
}

Release make_release(const std::string& version, std::uint32_t counter, std::uint32_t floor = 0);
RolloutSpec make_spec(const std::string& release, std::vector<WaveSize> waves);

class Bench {
 public:
  // esp-00 ... on 1.0.0, connected and heard; releases 1.0.0, 1.1.0 (counter 2) and 1.2.0 (counter 3).
  explicit Bench(int devices, FleetConfig given = {});

  // --- the world
  void pass(int seconds);  // in steps of 5 s; devices that are not silent report every 30 s
  void broker_up();
  void broker_down();
  void restart();                    // the daemon, from what was saved; connects again
  void beat(const std::string& id);  // one heartbeat now

  // --- a device does, and reports it
  void accept(const std::string& id);
  void report(const std::string& id, UpdateState state, Reason error = Reason::None);
  void refuse(const std::string& id, Reason reason);
  void confirm(const std::string& id);  // accept to confirmed, on the ordered image
  void roll_back(const std::string& id, Reason reason);

  // --- operators
  RolloutId start(const RolloutSpec& spec);
  Result<RolloutId, Error> try_start(const RolloutSpec& spec);
  Result<Unit, Error> pause(RolloutId id);
  Result<Unit, Error> resume(RolloutId id);
  Result<Unit, Error> abort(RolloutId id);

  // --- looking
  [[nodiscard]] MemberState state(RolloutId rollout, const std::string& id) const {
    return fleet->member(rollout, id)->state;
  }
  [[nodiscard]] RolloutState state(RolloutId rollout) const { return fleet->rollout(rollout)->state; }
  [[nodiscard]] std::vector<std::string> in_state(RolloutId rollout, MemberState state) const;  // by rank
  [[nodiscard]] std::string only(RolloutId rollout, MemberState state) const;                   // "" unless exactly one
  [[nodiscard]] bool has_history(const std::string& event, const std::string& part) const;
  [[nodiscard]] int published(const std::string& id) const;

  template <typename Call>
  auto call(Call what) {
    Effects out;
    auto result = what(*fleet, now, out);
    take(out);
    return result;
  }
  void take(const Effects& out);

  FleetConfig config;
  Now now{.mono_ms = 5'000'000, .wall = 1'800'000'000, .wall_trusted = true};
  std::unique_ptr<Fleet> fleet;
  Ledger ledger;
  std::map<std::string, Heartbeat> boards;
  std::set<std::string> silent;
  std::vector<HistoryEntry> history;
  std::vector<std::string> publications;
};

}  // namespace flotilla::core
