#include "daemon/core/planner.h"

#include <algorithm>

#include "common/version.h"
#include "daemon/core/world.h"

namespace flotilla::core {
namespace {

constexpr std::uint32_t kHundredPercent = 100;

std::string_view hardware_of(const Device& device) {
  return device.first_seen_at != 0 ? device.reported.hardware.view() : std::string_view{device.announced_hardware};
}

Error invalid(std::string message, std::string hint) {
  return {ErrorCode::InvalidArgument, std::move(message), std::move(hint)};
}

// 1 where `a` comes after `b`, 0 where either is no version.
int compare_texts(std::string_view a, std::string_view b) {
  Version left;
  Version right;
  if (!Version::parse(a, left) || !Version::parse(b, right)) return 0;
  return compare(left, right);
}

std::optional<Error> check_waves(const std::vector<WaveSize>& waves) {
  if (waves.empty()) return invalid("the rollout has no waves", "give them as in --waves 1,10%,100%");
  const WaveSize* before = nullptr;
  for (const WaveSize& wave : waves) {
    if (wave.value == 0) return invalid("a wave of nobody", "each wave must have at least one device");
    if (wave.percent && wave.value > kHundredPercent) {
      return invalid("a wave of more than 100 %", "sizes are cumulative: 1,10%,100%");
    }
    // A number and a percentage compare only once the targets are known; a wave that adds nobody is harmless.
    const bool comparable = before != nullptr && before->percent == wave.percent;
    if (comparable && wave.value <= before->value) {
      return invalid("the waves do not grow",
                     "sizes are cumulative: each must be above the one before, as in 1,10%,100%");
    }
    before = &wave;
  }
  return std::nullopt;
}

}  // namespace

bool fits(const Device& device, const Release& release) {
  const auto hardware = hardware_of(device);
  const auto& known = release.manifest.hardware;
  const bool right_hardware =
      std::any_of(known.begin(), known.end(), [&](const Name& name) { return name.view() == hardware; });
  const bool right_product =
      device.first_seen_at == 0 || device.reported.product.view() == release.manifest.product.view();
  return right_hardware && right_product;
}

bool is_quarantined(const Device& device, std::uint32_t trust_version) {
  return device.first_seen_at != 0 && device.reported.trust_version == trust_version &&
         device.reported.last_sequence > device.sequence;
}

std::optional<Verdict> verdict(const Device& device, const Release& release, std::uint32_t trust_version) {
  const auto& manifest = release.manifest;
  if (!fits(device, release)) {
    return Verdict{.skip = SkipReason::WrongHardware, .detail = "not of the release's product and hardware"};
  }
  if (device.first_seen_at == 0) return std::nullopt;
  const Heartbeat& report = device.reported;
  if (is_quarantined(device, trust_version)) {
    return Verdict{.skip = SkipReason::Quarantined,
                   .detail = "it reports sequence " + std::to_string(report.last_sequence) + ", ours is " +
                             std::to_string(device.sequence)};
  }
  if (device.sequence == UINT32_MAX) {
    return Verdict{.skip = SkipReason::Quarantined,
                   .detail = "the sequence numbers of its commands are spent: give it a new trust version"};
  }
  if (report.running_sha256 == manifest.image_sha256 && !is_active(report.update_state)) {
    return Verdict{.skip = SkipReason::RunsItAlready, .detail = "runs " + release.version + " already"};
  }
  const auto unsuitable = [](Reason why) {
    return Verdict{.skip = SkipReason::Unsuitable, .why = why, .detail = std::string{explain(why)}};
  };
  if (manifest.release_counter < report.security_floor) return unsuitable(Reason::BelowSecurityFloor);
  if (compare_texts(report.running_version.view(), release.version) > 0) {
    return Verdict{.state = MemberState::Superseded,
                   .detail = "runs " + std::string{report.running_version.view()} + ", which is newer"};
  }
  if (compare_texts(manifest.minimum_version.view(), report.running_version.view()) > 0) {
    return unsuitable(Reason::BelowMinimumVersion);
  }
  // What cannot go back by itself gets no image over the air.
  if (!report.local_rollback) return unsuitable(Reason::NoSlots);
  if (report.slot_size != 0 && manifest.image_size > report.slot_size) return unsuitable(Reason::ImageTooLarge);
  return std::nullopt;
}

std::uint64_t draw(std::uint64_t seed, RolloutId rollout, const std::string& device) {
  constexpr std::uint64_t kFnvBasis = 0xcbf29ce484222325U;
  constexpr std::uint64_t kFnvPrime = 0x100000001b3U;
  std::uint64_t hash = kFnvBasis ^ (seed * kFnvPrime) ^ (rollout << 32U);
  for (const char c : device) hash = (hash ^ static_cast<std::uint8_t>(c)) * kFnvPrime;
  // Names that differ in their last digit alone must not stay neighbours: splitmix64's finaliser.
  hash = (hash ^ (hash >> 30U)) * 0xbf58476d1ce4e5b9U;
  hash = (hash ^ (hash >> 27U)) * 0x94d049bb133111ebU;
  return hash ^ (hash >> 31U);
}

std::uint32_t least_silence(const RolloutPolicy& policy, std::uint32_t heartbeat_seconds) {
  return policy.trial_seconds + kWayBackSeconds + 2 * heartbeat_seconds;
}

Result<RolloutPolicy, Error> check_policy(const RolloutPolicy& policy, const FleetConfig& config) {
  if (auto error = check_waves(policy.waves)) return *error;
  if (policy.success_percent < 1 || policy.success_percent > kHundredPercent) {
    return invalid("a success threshold of " + std::to_string(policy.success_percent) + " %", "give 1 to 100");
  }
  if (policy.failure_limit == 0) return invalid("a failure limit of 0", "1 halts at the first failure");
  if (policy.trial_boots < 1 || policy.trial_boots > 8) {
    return invalid(std::to_string(policy.trial_boots) + " trial boots", "give 1 to 8");
  }
  if (policy.trial_seconds == 0 || policy.trial_maximum_seconds < policy.trial_seconds) {
    return invalid("the trial's maximum is below its seconds, or they are 0", "give 0 < trial <= maximum");
  }
  if (policy.accept_seconds == 0 || policy.progress_seconds == 0 || policy.order_seconds == 0 ||
      policy.download_seconds == 0) {
    return invalid("a deadline of 0 seconds", "give each deadline the time that a device needs");
  }
  auto checked = policy;
  const auto least = least_silence(policy, config.heartbeat_seconds);
  if (checked.silent_seconds == 0) checked.silent_seconds = least;
  if (checked.silent_seconds < least) {
    return invalid(
        "silent after " + std::to_string(policy.silent_seconds) + " s would judge devices still in their trial",
        "give at least " + std::to_string(least) + " s: the trial, the way back and two heartbeats");
  }
  return checked;
}

Plan plan(RolloutId rollout, const Release& release, const std::vector<const Device*>& devices,
          const FleetConfig& config, WallTime now) {
  struct Drawn {
    bool no_target;
    std::uint64_t position;
    Member member;
  };
  std::vector<Drawn> drawn;
  Plan plan;
  for (const Device* device : devices) {
    Member member;
    member.rollout = rollout;
    member.device = device->id;
    member.changed_at = now;
    const auto skipped = verdict(*device, release, config.trust_version);
    if (skipped) {
      member.state = skipped->state;
      member.skip = skipped->skip;
      member.why = skipped->why;
      member.detail = skipped->detail;
    } else {
      ++plan.targets;
    }
    drawn.push_back({skipped.has_value(), draw(config.seed, rollout, device->id), std::move(member)});
  }
  std::sort(drawn.begin(), drawn.end(), [](const Drawn& a, const Drawn& b) {
    return std::tie(a.no_target, a.position, a.member.device) < std::tie(b.no_target, b.position, b.member.device);
  });
  for (auto& one : drawn) {
    one.member.rank = static_cast<std::uint32_t>(plan.members.size());
    plan.members.push_back(std::move(one.member));
  }
  return plan;
}

}  // namespace flotilla::core
