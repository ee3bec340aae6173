#include "tests/unit/sqlite/sample_rows.h"

#include <sstream>

#include "proto/host/codec.h"

namespace flotilla::sqlite {
namespace {

Digest digest_of(std::uint8_t seed) {
  Digest digest;
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) digest.bytes[i] = static_cast<std::uint8_t>(seed + i);
  return digest;
}

Heartbeat sample_heartbeat() {
  Heartbeat h;
  h.boot_id = 4'000'000'001;
  h.boot_count = 12;
  h.reset_reason = ResetReason::Watchdog;
  h.uptime_seconds = 86'401;
  h.chip_id = 0xC0FFEE;
  h.hardware = Name("d1-mini");
  h.product = Name("sensor");
  h.agent_version = FixedString<kMaxName>("0.9.1");
  h.running_version = VersionText("1.1.0-rc.1");
  h.running_sha256 = digest_of(3);
  h.running_counter = 41;
  h.security_floor = 40;
  h.attempt_id = 77;
  h.update_state = UpdateState::RolledBack;
  h.progress_percent = 99;
  h.error = Reason::SelfTest;
  h.error_text = FixedString<kMaxErrorText>("the BME280 does not answer");
  h.refused_sequence = 15;
  h.refusal = Reason::Busy;
  h.last_sequence = 16;
  h.trust_version = 2;
  h.local_rollback = true;
  h.power_safe_boot = true;
  h.slot_size = 1'044'480;
  h.flash_size = 4'194'304;
  h.free_heap = 30'001;
  h.largest_block = 20'002;
  h.rssi = -71;
  h.next_heartbeat_seconds = 600;
  h.deferred = FixedString<kMaxDeferred>("battery");
  static_cast<void>(h.health.push_back({FixedString<kMaxHealthName>("volts"), 3.25F}));
  return h;
}

std::vector<core::Device> sample_devices() {
  core::Device full;
  full.id = "kitchen";
  full.labels = {{"room", "kitchen = \\ sink\nleft"}, {"empty", ""}};
  full.announced_hardware = "d1-mini";
  full.first_seen_at = 1'800'000'001;
  full.last_heard_at = 1'800'000'002;
  full.last_heard_judging = 9'000'000'003;
  full.present = true;
  full.online = true;
  full.reported = sample_heartbeat();
  full.sequence = 4'294'967'295;
  full.order = core::Order{core::OrderKind::Install,
                           5'000'000'004,
                           3,
                           "1.1.0",
                           17,
                           2,
                           1'800'000'005,
                           1'800'000'006,
                           1801,
                           4,
                           302,
                           86'403,
                           true};
  core::Device announced;
  announced.id = "attic";
  core::Device cancelled;
  cancelled.id = "cellar";
  cancelled.order = core::Order{.kind = core::OrderKind::Cancel, .attempt = 9};
  cancelled.config = core::ConfigChange{digest_of(21),  core::ConfigState::RolledBack,
                                        5'000'000'016,  2,
                                        Reason::NoWifi, "no network within 600 s",
                                        9'000'000'017,  "carol",
                                        1'800'000'018,  1'800'000'019};
  announced.config = core::ConfigChange{.sha256 = digest_of(22), .attempt = 10};
  announced.order = core::Order{.kind = core::OrderKind::UpdateConfig, .attempt = 10};
  return {announced, cancelled, full};
}

core::Release sample_release() {
  core::Release release;
  release.version = "1.1.0";
  release.manifest.product = Name("sensor");
  static_cast<void>(release.manifest.hardware.push_back(Name("d1-mini")));
  release.manifest.version = VersionText("1.1.0");
  release.manifest.minimum_version = VersionText("1.0.0");
  release.manifest.release_counter = 42;
  release.manifest.security_floor = 40;
  release.manifest.image_size = 420'000;
  release.manifest.image_sha256 = digest_of(9);
  release.manifest.created_at = 1'799'999'999;
  release.signed_manifest = std::string("any\0bytes", 9);
  release.added_at = 1'800'000'007;
  release.added_by = "alice";
  return release;
}

core::Rollout sample_rollout() {
  core::Rollout rollout;
  rollout.id = 3;
  rollout.release = "1.1.0";
  rollout.policy.waves = {{1, false}, {10, true}, {100, true}};
  std::uint32_t value = 100;
  core::RolloutPolicy& p = rollout.policy;
  for (std::uint32_t* field :
       {&p.success_percent, &p.failure_limit, &p.soak_seconds, &p.offline_seconds, &p.accept_seconds,
        &p.progress_seconds, &p.silent_seconds, &p.order_seconds, &p.download_seconds, &p.trial_boots, &p.trial_seconds,
        &p.trial_maximum_seconds, &p.at_once}) {
    *field = value++;
  }
  rollout.state = core::RolloutState::Halted;
  rollout.reason = core::RolloutReason::FailureLimit;
  rollout.reason_text = "1 failure: kitchen (SelfTest)";
  rollout.open_wave = 2;
  rollout.targets = 12;
  rollout.created_at = 1'800'000'008;
  rollout.ended_at = 1'800'000'009;
  rollout.created_by = "bob";
  return rollout;
}

}  // namespace

service::Commit sample_commit() {
  service::Commit commit;
  commit.devices = sample_devices();
  commit.releases = {sample_release()};
  commit.rollouts = {sample_rollout()};
  commit.members = {
      {3, "kitchen", 0, core::MemberState::RolledBack, Reason::SelfTest, core::SkipReason::Quarantined, "in its words",
       5'000'000'004, 2, 9'000'000'010, "1.0.0", 1'800'000'011},
      {3, "attic", 1, core::MemberState::Withdrawn, Reason::None, core::SkipReason::None, "", 0, 0, std::nullopt, "",
       0},
  };
  commit.history = {{1'800'000'012, "flotillad", "kitchen", 3, "order", "ordered 1.1.0"},
                    {1'800'000'013, "bob", "", 3, "rollout", "halted"}};
  commit.outbox_add = {"kitchen", "cellar"};
  commit.meta = core::FleetMeta{9'000'000'014, 5'000'000'015, 16};
  return commit;
}

core::FleetSnapshot snapshot_of(const service::Commit& commit) {
  return {commit.meta.value_or(core::FleetMeta{}), commit.devices, commit.releases, commit.rollouts, commit.members};
}

std::string dump(const core::HistoryEntry& e) {
  std::ostringstream out;
  out << "history " << e.at << '|' << e.actor << '|' << e.device << '|' << e.rollout << '|' << e.event << '|' << e.text;
  return out.str();
}

std::string dump(const core::FleetSnapshot& s) {
  std::ostringstream out;
  out << "meta " << s.meta.judging << '|' << s.meta.next_attempt << '|' << s.meta.next_rollout << '\n';
  for (const core::Device& d : s.devices) {
    out << "device " << d.id << '|' << d.announced_hardware << '|' << d.first_seen_at << '|' << d.last_heard_at << '|'
        << d.last_heard_judging << '|' << d.present << '|' << d.online << '|' << d.sequence << '|'
        << wire::encode(d.reported);
    for (const auto& [name, value] : d.labels) out << "|label " << name << " -> " << value;
    if (d.order) {
      const core::Order& o = *d.order;
      out << "|order " << static_cast<int>(o.kind) << '|' << o.attempt << '|' << o.rollout << '|' << o.release << '|'
          << o.sequence << '|' << o.trust_version << '|' << o.issued_at << '|' << o.expires_at << '|'
          << o.download_seconds << '|' << o.trial_boots << '|' << o.trial_seconds << '|' << o.trial_maximum_seconds
          << '|' << o.accepted;
    }
    if (d.config) {
      const core::ConfigChange& c = *d.config;
      out << "|config " << to_hex(c.sha256).view() << '|' << static_cast<int>(c.state) << '|' << c.attempt << '|'
          << c.orders << '|' << to_string(c.why) << '|' << c.detail << '|'
          << (c.deadline ? std::to_string(*c.deadline) : "none") << '|' << c.ordered_by << '|' << c.ordered_at << '|'
          << c.changed_at;
    }
    out << '\n';
  }
  for (const core::Release& r : s.releases) {
    out << "release " << r.version << '|' << wire::encode(r.manifest) << '|' << r.signed_manifest << '|' << r.added_at
        << '|' << r.added_by << '\n';
  }
  for (const core::Rollout& r : s.rollouts) {
    const core::RolloutPolicy& p = r.policy;
    out << "rollout " << r.id << '|' << r.release << '|' << static_cast<int>(r.state) << '|'
        << static_cast<int>(r.reason) << '|' << r.reason_text << '|' << r.open_wave << '|' << r.targets << '|'
        << r.created_at << '|' << r.ended_at << '|' << r.created_by;
    for (const core::WaveSize& w : p.waves) out << "|wave " << w.value << (w.percent ? "%" : "");
    for (const std::uint32_t value :
         {p.success_percent, p.failure_limit, p.soak_seconds, p.offline_seconds, p.accept_seconds, p.progress_seconds,
          p.silent_seconds, p.order_seconds, p.download_seconds, p.trial_boots, p.trial_seconds,
          p.trial_maximum_seconds, p.at_once}) {
      out << '|' << value;
    }
    out << '\n';
  }
  for (const core::Member& m : s.members) {
    out << "member " << m.rollout << '|' << m.device << '|' << m.rank << '|' << static_cast<int>(m.state) << '|'
        << static_cast<int>(m.why) << '|' << static_cast<int>(m.skip) << '|' << m.detail << '|' << m.attempt << '|'
        << m.attempts << '|' << (m.deadline ? std::to_string(*m.deadline) : "none") << '|' << m.previous_version << '|'
        << m.changed_at << '\n';
  }
  return out.str();
}

}  // namespace flotilla::sqlite
