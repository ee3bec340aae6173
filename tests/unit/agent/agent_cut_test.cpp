// The power goes away at every single flash operation of whole updates, and at random places again and again. Each time
// the board must come back with the old or the new image, whole, tell the truth about it, and take the next update.
#include <random>

#include <gtest/gtest.h>

#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::CutMode;
using fakes::DeviceRig;
using fakes::Firmware;

struct Scenario {
  const char* name;
  void (*prepare)(DeviceRig&);
  UpdateState good_end;
  Reason good_reason;
};

bool at_an_end(DeviceRig& rig, std::uint64_t attempt) {
  const auto state = rig.agent->state();
  if (rig.agent->attempt_id() != attempt || rig.mqtt.heartbeats.empty()) return false;
  if (state != UpdateState::Confirmed && state != UpdateState::Failed && state != UpdateState::RolledBack) return false;
  // Reported, by the image that stays.
  const auto& last = rig.last_heartbeat();
  const Firmware* running = rig.running();
  const bool stays = state == UpdateState::Confirmed ? running == &rig.newer() : running == &rig.old();
  return stays && last.update_state == state && last.running_sha256 == running->sha256;
}

void order(DeviceRig& rig) { rig.mqtt.retain(rig.install(1, 100)); }

// The journal is compacted somewhere on the way. The foreign records are those of a newer agent.
void fill_journal(DeviceRig& rig) {
  Journal journal(rig.flash);
  ASSERT_TRUE(journal.open());
  const std::string payload(200, 'x');
  for (int i = 0; i < 17; ++i) ASSERT_TRUE(journal.append(0x700, ByteView(std::string_view(payload))));
}

// Back on 1.0.0 by an order: the journal then knows both slots.
void order_revert(DeviceRig& rig) {
  order(rig);
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  rig.mqtt.retain(rig.sign(rig.command(CommandKind::Revert, 2, 101)));
}

// After whatever happened the board is as updatable as before.
void expect_next_update_works(DeviceRig& rig) {
  const auto next = rig.add_firmware({.version = "2.0.0"});
  rig.mqtt.retain(rig.install(rig.manifest_of(rig.firmware(next), 9), 50, 500));
  const auto confirmed = [&] { return rig.agent->attempt_id() == 500 && rig.agent->state() == UpdateState::Confirmed; };
  ASSERT_TRUE(rig.run_until(confirmed));
  ASSERT_NE(rig.running(), nullptr);
  EXPECT_EQ(rig.running()->version, "2.0.0");
  EXPECT_EQ(rig.flash.unerased_writes, 0);
  EXPECT_EQ(rig.mqtt.undecodable, 0);
}

const Scenario kScenarios[] = {
    {"Confirmed", [](DeviceRig& rig) { order(rig); }, UpdateState::Confirmed, Reason::None},
    {"FullJournal",
     [](DeviceRig& rig) {
       fill_journal(rig);
       order(rig);
     },
     UpdateState::Confirmed, Reason::None},
    {"SelfTestFails",
     [](DeviceRig& rig) {
       rig.newer().self_test = SelfTestResult::Failed;
       order(rig);
     },
     UpdateState::RolledBack, Reason::SelfTest},
    {"CrashesAtBoot",
     [](DeviceRig& rig) {
       rig.newer().crashes_at_boot = true;
       order(rig);
     },
     UpdateState::RolledBack, Reason::Crash},
};

class PowerCut : public testing::TestWithParam<Scenario> {};

// The number of flash operations of the scenario from the first boot to its end.
std::size_t operations_of(const Scenario& scenario) {
  DeviceRig rig;
  scenario.prepare(rig);
  EXPECT_TRUE(rig.run_until([&] { return at_an_end(rig, 100); }));
  EXPECT_EQ(rig.agent->state(), scenario.good_end);
  return rig.flash.operations();
}

void cut_once(const Scenario& scenario, std::size_t n, CutMode mode) {
  SCOPED_TRACE(testing::Message() << "cut at operation " << n << (mode == CutMode::HalfDone ? ", half done" : ""));
  DeviceRig rig;
  scenario.prepare(rig);
  rig.flash.cut_at(n, mode);
  while (rig.step()) {
    if (rig.agent && at_an_end(rig, 100)) break;
  }
  rig.power_cycle();
  ASSERT_TRUE(rig.run_until([&] { return at_an_end(rig, 100); }))
      << to_string(rig.agent ? rig.agent->state() : UpdateState::Idle);
  if (rig.agent->state() == scenario.good_end) {
    EXPECT_EQ(rig.agent->error(), scenario.good_reason);
  } else {
    // Only between Armed in the journal and the boot path's order: the old image runs, nothing was tried.
    EXPECT_EQ(rig.agent->state(), UpdateState::Failed);
    EXPECT_EQ(rig.agent->error(), Reason::ArmFailed);
  }
  expect_next_update_works(rig);
}

TEST_P(PowerCut, AtEveryOperationEndsOnTheOldOrTheNewImage) {
  const std::size_t operations = operations_of(GetParam());
  ASSERT_GT(operations, 300u);
  for (std::size_t n = 1; n <= operations && !HasFailure(); ++n) {
    cut_once(GetParam(), n, CutMode::BeforeIt);
    cut_once(GetParam(), n, CutMode::HalfDone);
  }
  std::printf("%s: %zu operations, %zu cut points\n", GetParam().name, operations, 2 * operations);
}

INSTANTIATE_TEST_SUITE_P(Scenarios, PowerCut, testing::ValuesIn(kScenarios),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(PowerCutRevert, AtEveryOperationEndsOnOneOfTheTwoImages) {
  std::size_t operations = 0;
  for (std::size_t n = 1; !testing::Test::HasFailure(); ++n) {
    SCOPED_TRACE(testing::Message() << "cut at operation " << n);
    DeviceRig rig;
    order_revert(rig);
    rig.flash.cut_at(n, CutMode::HalfDone);
    const auto ended = [&] {
      const auto state = rig.agent->state();
      return rig.agent->attempt_id() == 101 && (state == UpdateState::Confirmed || state == UpdateState::Failed);
    };
    const bool uncut = rig.run_until(ended);
    if (uncut) {
      operations = n - 1;
      break;
    }
    rig.power_cycle();
    ASSERT_TRUE(rig.run_until(ended));
    ASSERT_NE(rig.running(), nullptr);
    EXPECT_EQ(rig.running()->version, rig.agent->state() == UpdateState::Confirmed ? "1.0.0" : "1.1.0");
    expect_next_update_works(rig);
  }
  EXPECT_GT(operations, 30u);
  std::printf("Revert: %zu cut points\n", operations);
}

TEST(PowerCutRandom, AgainAndAgainLosesNoBoard) {
  std::size_t cuts = 0;
  for (unsigned seed = 1; seed <= 300 && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    DeviceRig rig;
    if (seed % 3 == 0) rig.newer().self_test = SelfTestResult::Failed;
    if (seed % 5 == 0) rig.newer().crashes_at_boot = true;
    order(rig);
    for (unsigned i = 0; i < 1 + seed % 12; ++i) {
      rig.flash.cut_at(1 + random() % 150, random() % 2 == 0 ? CutMode::BeforeIt : CutMode::HalfDone);
      rig.run(4000);
      cuts += rig.flash.dead() ? 1 : 0;
      rig.power_cycle();
    }
    ASSERT_TRUE(rig.run_until([&] { return at_an_end(rig, 100); }));
    expect_next_update_works(rig);
  }
  EXPECT_GT(cuts, 500u);
  std::printf("random: %zu cuts\n", cuts);
}

}  // namespace
}  // namespace flotilla
