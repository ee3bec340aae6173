#include <algorithm>

#include <gtest/gtest.h>

#include "tests/cuts/cut_harness.h"

namespace flotilla::cuts {
namespace {

using fakes::DeviceRig;

void nothing(DeviceRig& /*rig*/) {}

void failing_self_test(DeviceRig& rig) { rig.newer().self_test = SelfTestResult::Failed; }

// 1.2.0, which works whatever 1.1.0 does.
void with_third(DeviceRig& rig) { rig.add_firmware({.version = "1.2.0"}); }

void order_new(DeviceRig& rig) { rig.mqtt.retain(rig.install(1, 100)); }
void order_third(DeviceRig& rig) { rig.mqtt.retain(rig.install(rig.manifest_of(*rig.find("1.2.0"), 3), 20, 200)); }
void order_revert(DeviceRig& rig) { rig.mqtt.retain(rig.sign(rig.command(CommandKind::Revert, 10, 101))); }
void order_cancel(DeviceRig& rig) { rig.mqtt.retain(rig.sign(rig.command(CommandKind::Cancel, 11, 100))); }

// Until the attempt ended so and the image that stays has reported it.
void run_to_end(DeviceRig& rig, std::uint64_t attempt, UpdateState state) {
  EXPECT_TRUE(rig.run_until([&] {
    return rig.agent->attempt_id() == attempt && rig.agent->state() == state && !rig.mqtt.heartbeats.empty() &&
           rig.last_heartbeat().update_state == state;
  }));
  EXPECT_TRUE(rig.run_until([&] { return rig.agent->seeded() && !rig.agent->restarting(); }));
}

void seeded(DeviceRig& rig) { EXPECT_TRUE(rig.run_to_seeded()); }

void updated(DeviceRig& rig) {
  order_new(rig);
  run_to_end(rig, 100, UpdateState::Confirmed);
}

void reverted(DeviceRig& rig) {
  updated(rig);
  order_revert(rig);
  run_to_end(rig, 101, UpdateState::Confirmed);
}

void rolled_back(DeviceRig& rig) {
  order_new(rig);
  EXPECT_TRUE(
      rig.run_until([&] { return rig.agent->state() == UpdateState::RolledBack && rig.running() == &rig.old(); }));
}

void failed(DeviceRig& rig) {
  auto manifest = rig.manifest_of(rig.newer());
  manifest.image_sha256.bytes[0] ^= 1;
  rig.mqtt.retain(rig.install(manifest, 1, 100));
  run_to_end(rig, 100, UpdateState::Failed);
}

void downloading(DeviceRig& rig) {
  order_new(rig);
  EXPECT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.run(40);
}

// Leaves `room` bytes of the journal's sector, so that it is compacted on the way. The records are a newer agent's.
void fill_journal(DeviceRig& rig, std::uint32_t room) {
  seeded(rig);
  Journal journal(rig.flash);
  EXPECT_TRUE(journal.open());
  const auto used = [&rig] {
    std::uint32_t end = flash_map::kSector;
    while (*rig.flash.look(flash_map::kAgentJournal + end - 1) == 0xFF) --end;
    return end;
  };
  while (flash_map::kSector - used() >= room + 40) {
    const std::uint32_t size = std::min(200u, flash_map::kSector - used() - room - 12);
    EXPECT_TRUE(journal.append(0x700, ByteView(std::string_view(std::string(size, 'x')))));
  }
  rig.power_cycle();
}

// Several types, one as long as a record gets, and little room besides: all of it is carried through a compaction.
void foreign(DeviceRig& rig) {
  seeded(rig);
  Journal journal(rig.flash);
  EXPECT_TRUE(journal.open());
  std::size_t size = Journal::kMaxPayload;
  for (const auto type : kForeignTypes) {
    EXPECT_TRUE(journal.append(type, ByteView(std::string_view(std::string(size, static_cast<char>(type))))));
    size -= 51;
  }
  fill_journal(rig, 300);
}

using S = UpdateState;

// clang-format off
const std::vector<Scenario> kScenarios = {
    // The whole update, with a size as it is in life: two records of the progress.
    {"fresh board",         nothing,           nothing,     order_new,    100, S::Confirmed,  Reason::None, 140 * 1024},
    {"seeded, idle",        nothing,           seeded,      order_new,    100, S::Confirmed,  Reason::None},
    {"after an update",     with_third,        updated,     order_third,  200, S::Confirmed,  Reason::None},
    {"after a rollback",    [](DeviceRig& rig) { failing_self_test(rig); with_third(rig); },
                                               rolled_back, order_third,  200, S::Confirmed,  Reason::None},
    {"after a revert",      with_third,        reverted,    order_third,  200, S::Confirmed,  Reason::None},
    {"after a failure",     with_third,        failed,      order_third,  200, S::Confirmed,  Reason::None},
    // The journal is compacted by the boot's record, the order's, a state's, and those of the confirmation.
    {"journal full at boot",      nothing, [](DeviceRig& rig) { fill_journal(rig, 4); },
                                                            order_new,    100, S::Confirmed,  Reason::None},
    {"journal full at the order", nothing, [](DeviceRig& rig) { fill_journal(rig, 240); },
                                                            order_new,    100, S::Confirmed,  Reason::None},
    {"journal full at arming",    nothing, [](DeviceRig& rig) { fill_journal(rig, 380); },
                                                            order_new,    100, S::Confirmed,  Reason::None},
    {"journal full at the end",   nothing, [](DeviceRig& rig) { fill_journal(rig, 500); },
                                                            order_new,    100, S::Confirmed,  Reason::None},
    {"foreign records",     nothing,           foreign,     order_new,    100, S::Confirmed,  Reason::None},
    {"order replaced",      with_third,        downloading, order_third,  200, S::Confirmed,  Reason::None},
    {"cancelled",           nothing,           downloading, order_cancel, 100, S::Failed,     Reason::Cancelled},
    {"reverted",            nothing,           updated,     order_revert, 101, S::Confirmed,  Reason::None},
    {"self-test fails",     failing_self_test, seeded,      order_new,    100, S::RolledBack, Reason::SelfTest},
    {"crashes at boot",     [](DeviceRig& rig) { rig.newer().crashes_at_boot = true; },
                                               seeded,      order_new,    100, S::RolledBack, Reason::Crash},
    {"no network",          [](DeviceRig& rig) { rig.newer().no_network = true; rig.step_ms = 500; },
                                               seeded,      order_new,    100, S::RolledBack, Reason::NoWifi},
};
// clang-format on

}  // namespace

const std::vector<Scenario>& scenarios() { return kScenarios; }

const Scenario& scenario(const std::string& name) {
  for (const auto& scenario : kScenarios) {
    if (scenario.name == name) return scenario;
  }
  ADD_FAILURE() << "no scenario " << name;
  return kScenarios.front();
}

}  // namespace flotilla::cuts
