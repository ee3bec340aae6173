// Planning: who is no target and why, which policies cannot be meant, and the draw.
#include "daemon/core/planner.h"

#include <functional>
#include <set>

#include <gtest/gtest.h>

namespace flotilla::core {
namespace {

Release release_two() {
  Release release;
  release.version = "2.0.0";
  release.manifest.product = Name{"sensor"};
  EXPECT_TRUE(release.manifest.hardware.push_back(Name{"d1-mini"}));
  release.manifest.release_counter = 5;
  release.manifest.image_size = 1000;
  release.manifest.image_sha256.bytes.fill(2);
  return release;
}

Device device_on_one() {
  Device device;
  device.id = "esp-1";
  device.first_seen_at = 1;
  device.sequence = 7;
  device.reported.trust_version = 1;
  device.reported.last_sequence = 7;
  device.reported.product = Name{"sensor"};
  device.reported.hardware = Name{"d1-mini"};
  device.reported.running_version = VersionText{"1.0.0"};
  device.reported.running_sha256.bytes.fill(1);
  device.reported.slot_size = 2000;
  device.reported.local_rollback = true;
  return device;
}

struct VerdictRow {
  const char* name;
  std::function<void(Device&, Release&)> change;
  std::optional<SkipReason> skip;  // none: it is a target
  MemberState state = MemberState::Skipped;
  Reason why = Reason::None;
};
void PrintTo(const VerdictRow& row, std::ostream* out) { *out << row.name; }
class Verdicts : public testing::TestWithParam<VerdictRow> {};
TEST_P(Verdicts, AreAsTheRowSays) {
  const auto& row = GetParam();
  Device device = device_on_one();
  Release release = release_two();
  row.change(device, release);
  const auto found = verdict(device, release, 1);
  ASSERT_EQ(found.has_value(), row.skip.has_value());
  if (!found) return;
  EXPECT_EQ(found->skip, *row.skip);
  EXPECT_EQ(found->state, row.state);
  EXPECT_EQ(found->why, row.why);
  EXPECT_FALSE(found->detail.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Verdicts,
    testing::Values(
        VerdictRow{.name = "ATarget", .change = [](Device&, Release&) {}, .skip = {}},
        VerdictRow{.name = "OtherHardware",
                   .change = [](Device& d, Release&) { d.reported.hardware = Name{"nodemcu"}; },
                   .skip = SkipReason::WrongHardware},
        VerdictRow{.name = "OtherProduct",
                   .change = [](Device& d, Release&) { d.reported.product = Name{"lamp"}; },
                   .skip = SkipReason::WrongHardware},
        VerdictRow{.name = "AnnouncedAndFitting",
                   .change = [](Device& d, Release&) { d.first_seen_at = 0, d.announced_hardware = "d1-mini"; },
                   .skip = {}},
        VerdictRow{.name = "AnnouncedOfOtherHardware",
                   .change = [](Device& d, Release&) { d.first_seen_at = 0, d.announced_hardware = "x"; },
                   .skip = SkipReason::WrongHardware},
        VerdictRow{.name = "RunsItAlready",
                   .change = [](Device& d, Release& r) { d.reported.running_sha256 = r.manifest.image_sha256; },
                   .skip = SkipReason::RunsItAlready},
        VerdictRow{.name = "TriesItWithoutHavingConfirmed",
                   .change =
                       [](Device& d, Release& r) {
                         d.reported.running_sha256 = r.manifest.image_sha256;
                         d.reported.update_state = UpdateState::Trial;
                       },
                   .skip = {}},
        VerdictRow{.name = "AboveTheTarget",
                   .change = [](Device& d, Release&) { d.reported.running_version = VersionText{"2.0.1"}; },
                   .skip = SkipReason::None,
                   .state = MemberState::Superseded},
        VerdictRow{.name = "APrereleaseIsBelow",
                   .change = [](Device& d, Release&) { d.reported.running_version = VersionText{"2.0.0-rc.1"}; },
                   .skip = {}},
        VerdictRow{.name = "BelowTheSecurityFloor",
                   .change = [](Device& d, Release&) { d.reported.security_floor = 6; },
                   .skip = SkipReason::Unsuitable,
                   .why = Reason::BelowSecurityFloor},
        VerdictRow{.name = "AtTheSecurityFloor",
                   .change = [](Device& d, Release&) { d.reported.security_floor = 5; },
                   .skip = {}},
        VerdictRow{.name = "BelowTheMinimumVersion",
                   .change = [](Device&, Release& r) { r.manifest.minimum_version = VersionText{"1.5.0"}; },
                   .skip = SkipReason::Unsuitable,
                   .why = Reason::BelowMinimumVersion},
        VerdictRow{.name = "TooLargeForItsSlot",
                   .change = [](Device& d, Release&) { d.reported.slot_size = 999; },
                   .skip = SkipReason::Unsuitable,
                   .why = Reason::ImageTooLarge},
        VerdictRow{.name = "WithoutTwoSlots",
                   .change = [](Device& d, Release&) { d.reported.local_rollback = false; },
                   .skip = SkipReason::Unsuitable,
                   .why = Reason::NoSlots},
        VerdictRow{.name = "WithoutTwoSlotsButOnIt",
                   .change =
                       [](Device& d, Release& r) {
                         d.reported.local_rollback = false;
                         d.reported.running_sha256 = r.manifest.image_sha256;
                       },
                   .skip = SkipReason::RunsItAlready},
        VerdictRow{.name = "Quarantined",
                   .change = [](Device& d, Release&) { d.reported.last_sequence = 9'000'000; },
                   .skip = SkipReason::Quarantined},
        VerdictRow{.name = "SequencesSpent",
                   .change = [](Device& d, Release&) { d.sequence = d.reported.last_sequence = UINT32_MAX; },
                   .skip = SkipReason::Quarantined}),
    [](const auto& row) { return row.param.name; });

struct PolicyRow {
  const char* name;
  std::function<void(RolloutPolicy&)> change;
  bool ok;
};
void PrintTo(const PolicyRow& row, std::ostream* out) { *out << row.name; }
class Policies : public testing::TestWithParam<PolicyRow> {};
TEST_P(Policies, AreChecked) {
  RolloutPolicy policy;
  policy.waves = {{1, false}, {10, true}, {100, true}};
  GetParam().change(policy);
  const auto checked = check_policy(policy, FleetConfig{});
  EXPECT_EQ(checked.ok(), GetParam().ok);
  if (checked.ok()) return;
  EXPECT_EQ(checked.error().code, ErrorCode::InvalidArgument);
  EXPECT_FALSE(checked.error().message.empty());
  EXPECT_FALSE(checked.error().hint.empty());
}
INSTANTIATE_TEST_SUITE_P(
    Rows, Policies,
    testing::Values(
        PolicyRow{.name = "Sound", .change = [](RolloutPolicy&) {}, .ok = true},
        PolicyRow{.name = "NoWaves", .change = [](RolloutPolicy& p) { p.waves.clear(); }, .ok = false},
        PolicyRow{.name = "AWaveOfNobody",
                  .change =
                      [](RolloutPolicy& p) {
                        p.waves = {{0, false}};
                      },
                  .ok = false},
        PolicyRow{.name = "NotAscending",
                  .change =
                      [](RolloutPolicy& p) {
                        p.waves = {{50, true}, {50, true}};
                      },
                  .ok = false},
        PolicyRow{.name = "MoreThanAll",
                  .change =
                      [](RolloutPolicy& p) {
                        p.waves = {{101, true}};
                      },
                  .ok = false},
        PolicyRow{.name = "LastBelowAll",
                  .change =
                      [](RolloutPolicy& p) {
                        p.waves = {{10, true}};
                      },
                  .ok = true},
        PolicyRow{.name = "NoSuccessNeeded", .change = [](RolloutPolicy& p) { p.success_percent = 0; }, .ok = false},
        PolicyRow{
            .name = "MoreThanAllSucceed", .change = [](RolloutPolicy& p) { p.success_percent = 101; }, .ok = false},
        PolicyRow{.name = "NoFailureAllowed", .change = [](RolloutPolicy& p) { p.failure_limit = 0; }, .ok = false},
        PolicyRow{.name = "NineBoots", .change = [](RolloutPolicy& p) { p.trial_boots = 9; }, .ok = false},
        PolicyRow{.name = "NoBoot", .change = [](RolloutPolicy& p) { p.trial_boots = 0; }, .ok = false},
        PolicyRow{.name = "TrialAboveItsMaximum",
                  .change = [](RolloutPolicy& p) { p.trial_maximum_seconds = 10; },
                  .ok = false},
        PolicyRow{.name = "SilentTooSoon", .change = [](RolloutPolicy& p) { p.silent_seconds = 479; }, .ok = false},
        PolicyRow{.name = "SilentLongEnough", .change = [](RolloutPolicy& p) { p.silent_seconds = 480; }, .ok = true}),
    [](const auto& row) { return row.param.name; });

TEST(Policies, TheSilentDeadlineIsDerivedFromTheTrial) {
  RolloutPolicy policy;
  policy.waves = {{100, true}};
  EXPECT_EQ(check_policy(policy, FleetConfig{})->silent_seconds, 300U + 120U + 60U);
}

std::vector<std::string> order_of(std::uint64_t seed, RolloutId rollout) {
  std::vector<Device> devices(20, device_on_one());
  std::vector<const Device*> chosen;
  for (std::size_t i = 0; i < devices.size(); ++i) {
    devices[i].id = "esp-" + std::to_string(i);
    chosen.push_back(&devices[i]);
  }
  FleetConfig config;
  config.seed = seed;
  std::vector<std::string> names;
  for (const auto& member : plan(rollout, release_two(), chosen, config, 0).members) names.push_back(member.device);
  return names;
}

TEST(Draw, DependsOnSeedAndRolloutAlone) {
  EXPECT_EQ(order_of(1, 1), order_of(1, 1));
  EXPECT_NE(order_of(1, 1), order_of(1, 2));
  EXPECT_NE(order_of(1, 1), order_of(2, 1));
}

TEST(Draw, GivesEveryDeviceItsTurnAsCanary) {
  std::set<std::string> canaries;
  for (RolloutId rollout = 1; rollout <= 200; ++rollout) canaries.insert(order_of(1, rollout).front());
  EXPECT_EQ(canaries.size(), 20U);
}

TEST(Plan, PutsThoseThatAreNoTargetLast) {
  std::vector<Device> devices(4, device_on_one());
  for (std::size_t i = 0; i < devices.size(); ++i) devices[i].id = "esp-" + std::to_string(i);
  devices[1].reported.running_sha256 = release_two().manifest.image_sha256;
  const auto planned = plan(1, release_two(), {&devices[0], &devices[1], &devices[2], &devices[3]}, FleetConfig{}, 99);
  EXPECT_EQ(planned.targets, 3U);
  EXPECT_EQ(planned.members.back().device, "esp-1");
  EXPECT_EQ(planned.members.back().rank, 3U);
}

}  // namespace
}  // namespace flotilla::core
