#include "daemon/api/views.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "daemon/api/waves.h"
#include "daemon/core/names.h"

namespace flotilla::api {
namespace {

constexpr std::size_t kDigestPrefix = 12;

std::string hex(std::uint32_t number) {
  std::array<char, 8> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
  return {digits.data(), end};
}

std::string digest_text(const Digest& digest) {
  return digest.is_zero() ? std::string() : std::string(to_hex(digest).view());
}

template <typename Text>
std::string text_of(const Text& text) {
  return std::string(text.view());
}

// "" for None, which all three enumerations have.
template <typename Why>
std::string reason_text(Why why) {
  return why == Why::None ? std::string() : std::string(to_string(why));
}

UpdateView update_of(const Heartbeat& reported) {
  return {std::string(to_string(reported.update_state)), reported.attempt_id, reported.progress_percent,
          reason_text(reported.error), core::error_sentence(reported)};
}

OrderView view_of_order(const core::Order& order) {
  return {std::string(to_string(order.kind)),
          order.attempt,
          order.rollout,
          order.release,
          order.sequence,
          order.issued_at,
          order.expires_at,
          order.accepted};
}

ConfigView view_of_config(const core::ConfigChange& config) {
  return {std::string(to_string(config.state)),
          config.attempt,
          reason_text(config.why),
          config.detail,
          digest_text(config.sha256).substr(0, kDigestPrefix),
          config.ordered_by,
          config.ordered_at,
          config.changed_at};
}

// What only a heartbeat can tell.
void fill_reported(const Heartbeat& reported, DeviceView& view) {
  view.hardware = text_of(reported.hardware);
  view.product = text_of(reported.product);
  view.version = text_of(reported.running_version);
  view.image_sha256 = digest_text(reported.running_sha256);
  view.release_counter = reported.running_counter;
  view.security_floor = reported.security_floor;
  view.confirmed = reported.update_state == UpdateState::Confirmed;
  view.boot = {reported.boot_id, reported.boot_count, std::string(to_string(reported.reset_reason)),
               reported.uptime_seconds};
  view.chip_id = hex(reported.chip_id);
  view.agent_version = text_of(reported.agent_version);
  view.capabilities = {reported.local_rollback, reported.power_safe_boot, reported.slot_size, reported.flash_size};
  view.free_heap = reported.free_heap;
  view.largest_block = reported.largest_block;
  view.rssi = reported.rssi;
  view.next_heartbeat_seconds = reported.next_heartbeat_seconds;
  view.trust_version = reported.trust_version;
  view.last_sequence = reported.last_sequence;
  view.deferred = text_of(reported.deferred);
  for (const HealthValue& health : reported.health) {
    const double value = static_cast<double>(health.value);
    view.health[text_of(health.name)] = std::isfinite(value) ? std::optional(value) : std::nullopt;
  }
}

PolicyView view_of_policy(const core::RolloutPolicy& policy) {
  return {format_waves(policy.waves),   policy.success_percent,  policy.failure_limit,    policy.soak_seconds,
          policy.offline_seconds,       policy.accept_seconds,   policy.progress_seconds, policy.silent_seconds,
          policy.order_seconds,         policy.download_seconds, policy.trial_boots,      policy.trial_seconds,
          policy.trial_maximum_seconds, policy.at_once};
}

MemberView view_of_member(const core::Member& member, const core::Fleet& fleet) {
  MemberView view;
  view.device = member.device;
  view.wave = fleet.wave_of(member) + 1;
  view.state = to_string(member.state);
  view.reason = reason_text(member.why);
  view.skip_reason = reason_text(member.skip);
  view.detail = member.detail;
  if (member.why != Reason::None) view.explanation = explain(member.why);
  view.attempt = member.attempt;
  view.attempts = member.attempts;
  view.previous_version = member.previous_version;
  view.changed_at = member.changed_at;
  const core::Device* device = fleet.device(member.device);
  if (member.state == core::MemberState::Working && device != nullptr &&
      device->reported.attempt_id == member.attempt) {
    view.progress = device->reported.progress_percent;
  }
  return view;
}

// Boards with one slot would take no image: their owners should know before they wait for it.
std::vector<std::string> warnings_of(const std::vector<const core::Member*>& members) {
  std::vector<std::string> without;
  for (const core::Member* member : members) {
    if (member->why == Reason::NoSlots) without.push_back(member->device);
  }
  if (without.empty()) return {};
  return {std::to_string(without.size()) + (without.size() == 1 ? " device is" : " devices are") + " skipped, " +
          std::string(explain(Reason::NoSlots)) + ": " + core::name_some(without)};
}

std::uint32_t count(std::size_t size) { return static_cast<std::uint32_t>(size); }

}  // namespace

DeviceView view_of(const core::Device& device) {
  DeviceView view;
  view.id = device.id;
  view.hardware = device.announced_hardware;
  view.labels = device.labels;
  view.online = device.online;
  view.present = device.present;
  view.first_seen_at = device.first_seen_at;
  view.last_heard_at = device.last_heard_at;
  view.update = update_of(Heartbeat{});
  if (device.first_seen_at != 0) {
    fill_reported(device.reported, view);
    view.update = update_of(device.reported);
    view.refusal = {device.reported.refused_sequence, reason_text(device.reported.refusal)};
  }
  view.sequence = device.sequence;
  if (device.order) view.order = view_of_order(*device.order);
  if (device.config) view.config = view_of_config(*device.config);
  return view;
}

DeviceList devices_of(const core::Fleet& fleet) {
  DeviceList list;
  for (const core::Device* device : fleet.devices()) list.devices.push_back(view_of(*device));
  return list;
}

ReleaseView view_of(const core::Release& release, const core::Fleet& fleet) {
  const Manifest& manifest = release.manifest;
  ReleaseView view;
  view.version = release.version;
  view.product = text_of(manifest.product);
  for (const Name& name : manifest.hardware) view.hardware.push_back(text_of(name));
  view.release_counter = manifest.release_counter;
  view.security_floor = manifest.security_floor;
  view.minimum_version = text_of(manifest.minimum_version);
  view.image_size = manifest.image_size;
  view.image_sha256 = digest_text(manifest.image_sha256);
  view.created_at = static_cast<std::int64_t>(manifest.created_at);
  view.added_at = release.added_at;
  view.added_by = release.added_by;
  const auto devices = fleet.devices();
  view.running_on = count(static_cast<std::size_t>(std::count_if(devices.begin(), devices.end(), [&](const auto* d) {
    return d->first_seen_at != 0 && d->reported.running_sha256 == manifest.image_sha256;
  })));
  return view;
}

ReleaseList releases_of(const core::Fleet& fleet) {
  ReleaseList list;
  for (const core::Release* release : fleet.releases()) list.releases.push_back(view_of(*release, fleet));
  return list;
}

RolloutView view_of(const core::Rollout& rollout, const core::Fleet& fleet) {
  RolloutView view;
  view.id = rollout.id;
  view.release = rollout.release;
  view.state = to_string(rollout.state);
  view.reason = reason_text(rollout.reason);
  view.reason_text = rollout.reason_text;
  view.open_wave = rollout.open_wave + 1;
  for (const core::Member* member : fleet.members(rollout.id)) {
    ++view.total;
    ++view.counts[std::string(to_string(member->state))];
  }
  view.created_at = rollout.created_at;
  view.created_by = rollout.created_by;
  view.ended_at = rollout.ended_at;
  return view;
}

RolloutList rollouts_of(const core::Fleet& fleet) {
  RolloutList list;
  for (const core::Rollout* rollout : fleet.rollouts()) list.rollouts.push_back(view_of(*rollout, fleet));
  return list;
}

RolloutDetail detail_of(const core::Rollout& rollout, const core::Fleet& fleet) {
  RolloutDetail detail;
  detail.rollout = view_of(rollout, fleet);
  detail.warnings = warnings_of(fleet.members(rollout.id));
  detail.policy = view_of_policy(rollout.policy);
  for (std::size_t i = 0; i < rollout.policy.waves.size(); ++i) {
    detail.waves.push_back({count(i + 1), format_wave(rollout.policy.waves[i]), i <= rollout.open_wave, 0, {}});
  }
  for (const core::Member* member : fleet.members(rollout.id)) {
    detail.members.push_back(view_of_member(*member, fleet));
    const MemberView& view = detail.members.back();
    if (view.wave > detail.waves.size()) continue;  // beyond a last wave of less than 100 %
    WaveView& wave = detail.waves[view.wave - 1];
    ++wave.members;
    ++wave.counts[view.state];
  }
  return detail;
}

HistoryList view_of(const std::vector<core::HistoryEntry>& entries) {
  HistoryList list;
  for (const core::HistoryEntry& entry : entries) {
    list.history.push_back({entry.at, entry.actor, entry.device, entry.rollout, entry.event, entry.text});
  }
  return list;
}

StatusView status_of(const core::Fleet& fleet, const core::Now& now) {
  StatusView view;
  view.clock_trusted = now.wall_trusted;
  view.judging_stands_still = fleet.judging_stands_still(now);
  view.judging = view.judging_stands_still.empty();
  view.release_count = count(fleet.releases().size());
  for (const core::Device* device : fleet.devices()) {
    ++view.devices.total;
    if (device->online) ++view.devices.online;
  }
  for (const core::Rollout* rollout : fleet.rollouts()) {
    RolloutView summary = view_of(*rollout, fleet);
    if (!has_ended(summary)) view.rollouts.push_back(std::move(summary));
  }
  return view;
}

}  // namespace flotilla::api
