// After a rollback an older agent reads the journal that a newer one wrote. The newer one is today's agent with record
// types of the future around its work: what it wrote must come back byte for byte, and it must see what the older one did.
#include <map>

#include <gtest/gtest.h>

#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

constexpr std::uint16_t kFirstFutureType = 0x4000;

// 1.1.0 carries the newer agent: at each of its boots it checks and renews its records, before the agent begins.
class TwoAgents {
 public:
  explicit TwoAgents(std::uint16_t types) : types_(types) {
    rig.set_up = [this] {
      if (rig.running() == &rig.newer()) newer_begins();
      return true;
    };
    rig.flash.before_operation = [this](const fakes::Operation& operation) {
      const bool compacts = operation.kind == fakes::Operation::Kind::Erase && fakes::is_journal(operation.address);
      compactions += compacts ? 1 : 0;
    };
  }
  void expect_records() {
    Journal journal(rig.flash);
    ASSERT_TRUE(journal.open());
    for (const auto& [type, text] : written_) {
      std::uint8_t bytes[Journal::kMaxPayload] = {};
      std::size_t size = 0;
      ASSERT_TRUE(journal.find(type, bytes, sizeof bytes, size)) << type;
      EXPECT_EQ(std::string(reinterpret_cast<const char*>(bytes), size), text) << type;
    }
  }

  DeviceRig rig{20 * 1024};
  int newer_boots = 0;
  int compactions = 0;

 private:
  void newer_begins() {
    ++newer_boots;
    expect_records();
    Journal journal(rig.flash);
    ASSERT_TRUE(journal.open());
    for (std::uint16_t i = 0; i < types_; ++i) {
      const auto type = static_cast<std::uint16_t>(kFirstFutureType + 3 * i);
      // At full size and smaller, also sizes that are no multiple of a word.
      std::string text(Journal::kMaxPayload - 7 * i, static_cast<char>(newer_boots + i));
      text.back() = '!';
      ASSERT_TRUE(journal.append(type, ByteView(std::string_view(text)))) << type;
      written_[type] = text;
    }
  }

  std::uint16_t types_;
  std::map<std::uint16_t, std::string> written_;
};

class OldReadsNew : public testing::TestWithParam<int> {};

TEST_P(OldReadsNew, RecordsComeBackByteForByteAndTheOldOnesWorkIsSeen) {
  TwoAgents two(static_cast<std::uint16_t>(GetParam()));
  DeviceRig& rig = two.rig;
  ASSERT_TRUE(rig.run_to_seeded());

  // The newer agent boots on trial, writes its records, and is left.
  rig.newer().self_test = SelfTestResult::Failed;
  rig.mqtt.retain(rig.install(1, 100));
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->state() == UpdateState::RolledBack && rig.running() == &rig.old(); }));
  ASSERT_EQ(two.newer_boots, 1);
  two.expect_records();
  EXPECT_EQ(rig.agent->error(), Reason::SelfTest) << "the older agent understands how it came back";

  // The older one works on: boots, a failed update and a cancelled one, over several compactions.
  const int compactions = two.compactions;
  auto broken = rig.manifest_of(rig.newer());
  broken.image_sha256.bytes[0] ^= 1;
  for (std::uint32_t round = 1; round <= 40; ++round) {
    rig.power_cycle();
    rig.mqtt.retain(rig.install(broken, 1 + round, 200 + round));
    ASSERT_TRUE(
        rig.run_until([&] { return rig.agent->attempt_id() == 200 + round && rig.agent->error() != Reason::None; }));
    ASSERT_EQ(rig.agent->error(), Reason::DigestMismatch);
    ASSERT_NO_FATAL_FAILURE(two.expect_records());
  }
  EXPECT_GE(two.compactions - compactions, 3);
  Ledger before(rig.flash);
  ASSERT_TRUE(before.open());

  // The newer one once more, for good: it checks its records as it begins, and knows what happened meanwhile.
  rig.newer().self_test = SelfTestResult::Passed;
  rig.mqtt.retain(rig.install(99, 300));
  ASSERT_TRUE(
      rig.run_until([&] { return rig.agent->attempt_id() == 300 && rig.agent->state() == UpdateState::Confirmed; }));
  EXPECT_EQ(two.newer_boots, 2);
  EXPECT_EQ(rig.running(), &rig.newer());
  Ledger after(rig.flash);
  ASSERT_TRUE(after.open());
  EXPECT_EQ(after.boot_count(), before.boot_count() + 1);
  EXPECT_EQ(after.last_command(1).sequence, 99u);
  EXPECT_EQ(after.previous().image_sha256, rig.old().sha256);
  two.expect_records();
}

INSTANTIATE_TEST_SUITE_P(FutureTypes, OldReadsNew, testing::Values(1, 4, 10),
                         [](const auto& param) { return "Types" + std::to_string(param.param); });

}  // namespace
}  // namespace flotilla
