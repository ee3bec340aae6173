#include "tests/unit/core/fleet_bench.h"

#include <algorithm>

#include <gtest/gtest.h>

namespace flotilla::core {
namespace {
constexpr int kStepSeconds = 5;
constexpr int kHeartbeatSeconds = 30;
}  // namespace

Release make_release(const std::string& version, std::uint32_t counter, std::uint32_t floor) {
  Release release;
  release.version = version;
  release.manifest.product = Name{"sensor"};
  EXPECT_TRUE(release.manifest.hardware.push_back(Name{"d1-mini"}));
  release.manifest.version = VersionText{version};
  release.manifest.release_counter = counter;
  release.manifest.security_floor = floor;
  release.manifest.image_size = 400'000;
  release.manifest.image_sha256 = digest_of(version);
  release.signed_manifest = "signed " + version;
  release.added_by = "alice";
  return release;
}

RolloutSpec make_spec(const std::string& release, std::vector<WaveSize> waves) {
  RolloutSpec spec;
  spec.release = release;
  spec.policy.waves = std::move(waves);
  spec.policy.soak_seconds = 60;
  spec.actor = "alice";
  return spec;
}

Bench::Bench(int devices, FleetConfig given) : config(given), fleet(std::make_unique<Fleet>(given, FleetSnapshot{})) {
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto added = call([&](Fleet& f, const Now& n, Effects& o) {
      return f.add_release(make_release("1." + std::to_string(i) + ".0", i + 1), n, o);
    });
    EXPECT_TRUE(added.ok());
  }
  for (int i = 0; i < devices; ++i) {
    Heartbeat board;
    board.boot_id = 1000U + static_cast<std::uint32_t>(i);
    board.boot_count = 1;
    board.hardware = Name{"d1-mini"};
    board.product = Name{"sensor"};
    board.running_version = VersionText{"1.0.0"};
    board.running_sha256 = digest_of("1.0.0");
    board.running_counter = 1;
    board.trust_version = 1;
    board.local_rollback = true;
    boards["esp-" + std::string(i < 10 ? "0" : "") + std::to_string(i)] = board;
  }
  broker_up();
  pass(2 * kHeartbeatSeconds);
}

void Bench::take(const Effects& out) {
  ledger.apply(*fleet, out);
  history.insert(history.end(), out.history.begin(), out.history.end());
  publications.insert(publications.end(), out.publish.begin(), out.publish.end());
}

void Bench::beat(const std::string& id) {
  Effects out;
  boards.at(id).uptime_seconds = static_cast<std::uint32_t>(now.mono_ms / 1000);
  fleet->heartbeat(id, boards.at(id), now, out);
  take(out);
}

void Bench::pass(int seconds) {
  for (int done = 0; done < seconds; done += kStepSeconds) {
    now.mono_ms += kStepSeconds * 1000;
    now.wall += kStepSeconds;
    if (now.mono_ms / 1000 % kHeartbeatSeconds == 0) {
      for (const auto& [id, board] : boards) {
        if (silent.count(id) == 0) beat(id);
      }
    }
    Effects out;
    fleet->tick(now, out);
    take(out);
  }
}

void Bench::broker_up() {
  Effects out;
  fleet->broker_up(now, out);
  take(out);
}

void Bench::broker_down() {
  Effects out;
  fleet->broker_down(now, out);
  take(out);
}

void Bench::restart() {
  fleet = std::make_unique<Fleet>(config, ledger.snapshot());
  now.mono_ms = 60'000;
  for (auto& [id, board] : boards) {
    board.boot_id += 1000;  // so that the new monotonic time does not look like an older report
    ++board.boot_count;
  }
  broker_up();
}

void Bench::accept(const std::string& id) {
  const Order* order = fleet->desired_order(id);
  ASSERT_NE(order, nullptr) << id;
  boards.at(id).attempt_id = order->attempt;
  boards.at(id).last_sequence = order->sequence;
  report(id, UpdateState::Accepted);
}

void Bench::report(const std::string& id, UpdateState state, Reason error) {
  boards.at(id).update_state = state;
  boards.at(id).error = error;
  beat(id);
}

void Bench::refuse(const std::string& id, Reason reason) {
  const Order* order = fleet->desired_order(id);
  ASSERT_NE(order, nullptr) << id;
  boards.at(id).refused_sequence = order->sequence;
  boards.at(id).refusal = reason;
  beat(id);
}

void Bench::confirm(const std::string& id) {
  const Order* order = fleet->desired_order(id);
  ASSERT_NE(order, nullptr) << id;
  const Release release = *fleet->release(order->release);
  if (boards.at(id).attempt_id != order->attempt) accept(id);
  for (const auto state : {UpdateState::Downloading, UpdateState::Verified, UpdateState::Armed}) report(id, state);
  Heartbeat& board = boards.at(id);
  ++board.boot_count;
  ++board.boot_id;
  board.running_version = VersionText{release.version};
  board.running_sha256 = release.manifest.image_sha256;
  board.running_counter = release.manifest.release_counter;
  report(id, UpdateState::Trial);
  board.security_floor = std::max(board.security_floor, release.manifest.security_floor);
  report(id, UpdateState::Confirmed);
}

void Bench::roll_back(const std::string& id, Reason reason) {
  accept(id);
  report(id, UpdateState::Armed);
  boards.at(id).boot_count += 2;
  report(id, UpdateState::RolledBack, reason);
}

RolloutId Bench::start(const RolloutSpec& spec) {
  auto started = try_start(spec);
  EXPECT_TRUE(started.ok()) << (started.ok() ? "" : started.error().message);
  return started.ok() ? *started : 0;
}

Result<RolloutId, Error> Bench::try_start(const RolloutSpec& spec) {
  return call([&](Fleet& f, const Now& n, Effects& o) { return f.start_rollout(spec, n, o); });
}
Result<Unit, Error> Bench::pause(RolloutId id) {
  return call([&](Fleet& f, const Now& n, Effects& o) { return f.pause(id, "alice", n, o); });
}
Result<Unit, Error> Bench::resume(RolloutId id) {
  return call([&](Fleet& f, const Now& n, Effects& o) { return f.resume(id, "alice", n, o); });
}
Result<Unit, Error> Bench::abort(RolloutId id) {
  return call([&](Fleet& f, const Now& n, Effects& o) { return f.abort(id, "alice", n, o); });
}

std::vector<std::string> Bench::in_state(RolloutId rollout, MemberState state) const {
  std::vector<std::string> found;
  for (const Member* member : fleet->members(rollout)) {
    if (member->state == state) found.push_back(member->device);
  }
  return found;
}

std::string Bench::only(RolloutId rollout, MemberState state) const {
  const auto found = in_state(rollout, state);
  return found.size() == 1 ? found.front() : "";
}

bool Bench::has_history(const std::string& event, const std::string& part) const {
  return std::any_of(history.begin(), history.end(), [&](const HistoryEntry& entry) {
    return entry.event == event && entry.text.find(part) != std::string::npos;
  });
}

int Bench::published(const std::string& id) const {
  return static_cast<int>(std::count(publications.begin(), publications.end(), id));
}

}  // namespace flotilla::core
