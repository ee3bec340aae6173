// Random lives: update after update, with several cuts at random places, by seed. FLOTILLA_CUT_SEED=N lives one life.
#include <cstdlib>
#include <random>

#include <gtest/gtest.h>

#include "tests/cuts/cut_harness.h"
#include "tests/fakes/real_boot.h"

namespace flotilla::cuts {
namespace {

using fakes::BootPath;
using fakes::Damage;
using fakes::DeviceRig;

struct Sum {
  std::size_t cuts = 0;
  std::size_t updates = 0;
  std::size_t bricked = 0;
};

class Life {
 public:
  explicit Life(unsigned seed) : random_(seed), rig_(20 * 1024) {
    rig_.newer().self_test = draw(3) == 0 ? SelfTestResult::Failed : SelfTestResult::Passed;
    rig_.newer().crashes_at_boot = draw(5) == 0;
    rig_.add_firmware(
        {.version = "1.2.0", .self_test = draw(4) == 0 ? SelfTestResult::Failed : SelfTestResult::Passed});
    rig_.add_firmware({.version = kNextVersion, .size = 8 * 1024});
    const BootPath paths[] = {BootPath::Stock, BootPath::PowerSafe, BootPath::Flotilla};
    rig_.boot_path.path = paths[seed % 3];
    rig_.boot_path.plug = &loader_;
    forbid_strays(rig_);
  }

  // false: bricked inside of eboot's copy.
  bool live(Sum& sum) {
    Watch watch(rig_, {rig_.old().version});
    for (unsigned order = 1; order <= 4; ++order) {
      place_order(order);
      ++sum.updates;
      const unsigned cuts = draw(6);
      for (unsigned i = 0; i < cuts; ++i) {
        if (!until_cut(watch, sum)) return false;
      }
      run(watch, 3000);
    }
    EXPECT_EQ(next_update(rig_, watch, ""), "");
    return true;
  }

 private:
  unsigned draw(unsigned below) { return static_cast<unsigned>(random_() % below); }

  void place_order(unsigned number) {
    const char* versions[] = {"1.0.0", "1.1.0", "1.2.0"};
    const unsigned kind = draw(8);
    const unsigned sequence = number * 3;
    if (kind == 0) return rig_.mqtt.retain(rig_.sign(rig_.command(CommandKind::Revert, sequence, 100 + number)));
    if (kind == 1) return rig_.mqtt.retain(rig_.sign(rig_.command(CommandKind::Cancel, sequence, 99 + number)));
    const auto& firmware = *rig_.find(versions[draw(3)]);
    rig_.mqtt.retain(rig_.install(rig_.manifest_of(firmware, 10 + number), sequence, 100 + number));
  }

  bool until_cut(Watch& watch, Sum& sum) {
    bool copying = false;
    const Damage damages[] = {Damage::None, Damage::FirstHalf, Damage::LastHalf, Damage::Speckled, Damage::Done};
    rig_.flash.before_operation = [&](const fakes::Operation&) { copying = rig_.boot_path.copying(); };
    rig_.flash.cut_at(1 + draw(90), damages[draw(5)]);
    run(watch, 1500);
    rig_.flash.before_operation = nullptr;
    const bool cut = rig_.flash.dead();
    sum.cuts += cut ? 1 : 0;
    rig_.power_cycle();
    if (!cut || !copying || rig_.boot_path.path != BootPath::Stock || rig_.running() != nullptr) return true;
    ++sum.bricked;
    return false;
  }

  void run(Watch& watch, int steps) {
    for (int i = 0; i < steps && rig_.step(); ++i) {
      const Complaint complaint = watch.look();
      ASSERT_EQ(complaint, "");
      ASSERT_FALSE(watch.bricked()) << "bricked";
    }
  }

  std::mt19937 random_;
  DeviceRig rig_;
  fakes::RealBoot loader_{rig_.flash};
};

TEST(RandomLives, SurviveSeveralCuts) {
  const char* one = std::getenv("FLOTILLA_CUT_SEED");
  const unsigned first = one == nullptr ? 1 : static_cast<unsigned>(std::atoi(one));
  const unsigned last = one != nullptr ? first : kSample ? 100 : 1500;
  Sum sum;
  for (unsigned seed = first; seed <= last && !HasFailure(); ++seed) {
    SCOPED_TRACE(testing::Message() << "FLOTILLA_CUT_SEED=" << seed);
    (void)Life(seed).live(sum);
  }
  if (one != nullptr || kSample) return;
  EXPECT_GT(sum.cuts, 4000u);
  std::printf(
      "FIGURE: random lives by seed: %u boards, %zu orders, %zu power cuts; lost inside the stock eboot's copy "
      "%zu, otherwise 0\n",
      last - first + 1, sum.updates, sum.cuts, sum.bricked);
}

}  // namespace
}  // namespace flotilla::cuts
