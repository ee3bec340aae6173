// The power goes away at every operation of an UpdateConfig. The board always has a provisioning that can be read, comes
// back to its broker, says truly how it ended, and takes the next one.
#include <gtest/gtest.h>

#include "tests/cuts/cut_harness.h"
#include "tests/fakes/config_rig.h"

namespace flotilla::cuts {
namespace {

using fakes::ConfigRig;
using fakes::Damage;
using fakes::Operation;

struct ConfigScenario {
  const char* name;
  const char* password;  // of the new provisioning
  const char* broker;
  bool crashes;  // the platform, with that provisioning
  bool earlier;  // another one was confirmed before: the first copy is the one to be written
  bool full;     // the journal is compacted on the way
  UpdateState end;
  Reason reason;
};

class ConfigCuts : public testing::TestWithParam<ConfigScenario> {
 protected:
  static constexpr std::uint64_t kAttempt = 100;

  static void TearDownTestSuite() {
    if (kSample || testing::UnitTest::GetInstance()->Failed()) return;
    std::printf("FIGURE: power cuts, UpdateConfig: %zu cut points, each board has a provisioning, is at its broker\n",
                all_cuts_);
  }

  // The same world for both boards.
  void set_up(ConfigRig& rig) {
    rig.passwords = {"first", "earlier", "second", "next"};
    if (GetParam().crashes) rig.crashing = {GetParam().password};
    forbid_strays(rig, true);
    earlier_ = rig.order(rig.file_content("earlier"), 1, 99);
    order_ = rig.order(rig.file_content(GetParam().password, GetParam().broker), 10, kAttempt);
    next_ = rig.order(rig.file_content("next"), 20, 900);
  }
  void prepare(ConfigRig& rig) {
    ASSERT_TRUE(rig.run_to_seeded());
    if (GetParam().earlier) {
      rig.mqtt.retain(earlier_);
      ASSERT_TRUE(
          rig.run_until([&] { return rig.agent->attempt_id() == 99 && rig.agent->state() == UpdateState::Confirmed; }));
      rig.run(5);
    }
    if (GetParam().full) {
      Journal journal(rig.flash);
      ASSERT_TRUE(journal.open());
      while (*rig.flash.look(flash_map::kAgentJournal + 3600) == 0xFF) {
        ASSERT_TRUE(journal.append(
            0x700, ByteView(std::string_view("what a newer agent wrote, some sixty bytes of it in all"))));
      }
      rig.power_cycle();
    }
    before_ = rig.password();
    rig.step_ms = 1000;
  }

  // Steps to the end of the attempt. Empty: it ended as it has to, and the board is at its broker.
  static Complaint run_to_end(ConfigRig& rig, std::uint64_t attempt, UpdateState end, Reason reason,
                              const std::string& password) {
    for (int i = 0; i < 6000; ++i) {
      (void)rig.step();
      if (rig.boots > 0 && rig.check != BoardCheck::Good) return "a boot found no provisioning that can be read";
      if (!rig.agent || rig.agent->restarting() || rig.agent->attempt_id() != attempt) continue;
      if (rig.mqtt.heartbeats.empty() || rig.mqtt.link() != hal::Link::Up || rig.password() != password) continue;
      const auto& last = rig.last_heartbeat();
      if (last.attempt_id != attempt || last.update_state != end || last.error != reason || !rig.is_settled()) continue;
      return rig.flash.strays != 0 ? "something was written where nothing may be" : "";
    }
    const auto state = rig.agent ? std::string(to_string(rig.agent->state())) : "no agent";
    return "it never came to its end: " + state + " with " + std::string(rig.password());
  }

  void cut(const Operation& operation) {
    for (const auto damage : damages_of(operation)) {
      if (HasFailure()) return;
      SCOPED_TRACE(testing::Message() << "operation " << whole_.flash.operations() + 1 << ": "
                                      << fakes::kDamageNames[static_cast<int>(damage)]);
      ++cuts_;
      cut_.become(whole_, damage == Damage::Done);
      cut_.boot_path.lose_power();
      cut_.flash.apply(operation, damage);
      cut_.used.clear();
      ASSERT_EQ(run_to_end(cut_, kAttempt, GetParam().end, GetParam().reason, end_password()), "");
      cut_.mqtt.retain(next_);
      ASSERT_EQ(run_to_end(cut_, 900, UpdateState::Confirmed, Reason::None, "next"), "") << "the next one";
      EXPECT_EQ(cut_.flash.unerased_writes, 0);
      EXPECT_EQ(foreign_records(cut_), foreign_);
      EXPECT_TRUE(cut_.agent->seeded()) << "the image's own records are as they were";
    }
  }
  std::string end_password() { return GetParam().end == UpdateState::Confirmed ? GetParam().password : before_; }

  ConfigRig whole_;
  ConfigRig cut_;
  std::string earlier_;
  std::string order_;
  std::string next_;
  std::string before_;
  std::string foreign_;
  std::size_t cuts_ = 0;
  static inline std::size_t all_cuts_ = 0;
};

TEST_P(ConfigCuts, AtEveryOperationTheBoardComesBackToItsBroker) {
  set_up(whole_);
  set_up(cut_);
  ASSERT_NO_FATAL_FAILURE(prepare(whole_));
  foreign_ = foreign_records(whole_);
  whole_.mqtt.retain(order_);
  const auto first = whole_.flash.operations();
  whole_.flash.before_operation = [this](const Operation& operation) {
    if (!kSample || whole_.flash.operations() % 5 == 0) cut(operation);
  };
  ASSERT_EQ(run_to_end(whole_, kAttempt, GetParam().end, GetParam().reason, end_password()), "");
  EXPECT_GT(cuts_, kSample ? 5u : 50u);
  std::printf("%s: %zu operations, %zu cuts\n", GetParam().name, whole_.flash.operations() - first, cuts_);
  all_cuts_ += cuts_;
}

// clang-format off
const ConfigScenario kConfigScenarios[] = {
    {"Confirmed",     "second", "broker",    false, false, false, UpdateState::Confirmed,  Reason::None},
    {"SecondTime",    "second", "broker",    false, true,  false, UpdateState::Confirmed,  Reason::None},
    {"JournalFull",   "second", "broker",    false, false, true,  UpdateState::Confirmed,  Reason::None},
    {"WrongPassword", "wrong",  "broker",    false, true,  false, UpdateState::RolledBack, Reason::NoWifi},
    {"WrongBroker",   "second", "elsewhere", false, false, true,  UpdateState::RolledBack, Reason::NoBroker},
    {"Crashes",       "second", "broker",    true,  true,  false, UpdateState::RolledBack, Reason::Crash},
};
// clang-format on
INSTANTIATE_TEST_SUITE_P(Scenarios, ConfigCuts, testing::ValuesIn(kConfigScenarios),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace flotilla::cuts
