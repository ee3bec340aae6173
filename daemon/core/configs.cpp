#include "daemon/core/configs.h"

#include <algorithm>
#include <utility>

#include "daemon/core/names.h"
#include "daemon/core/orders.h"
#include "daemon/core/planner.h"

namespace flotilla::core {
namespace {

constexpr std::size_t kDigestPrefix = 12;  // hexadecimal digits that tell configurations apart

bool is_accepted(ConfigState state) { return state >= ConfigState::Working && state <= ConfigState::Trial; }

std::string short_digest(const Digest& sha256) { return std::string{to_hex(sha256).view().substr(0, kDigestPrefix)}; }

void move(World& world, Turn& turn, Device& device, ConfigState to, Reason why, const std::string& detail) {
  ConfigChange& config = *device.config;
  if (config.state == to && config.why == why && config.detail == detail) return;
  config.state = to;
  config.why = why;
  config.detail = detail;
  config.deadline.reset();
  config.changed_at = turn.now.wall;
  world.touch(turn, device);
  world.note(turn, device.id, 0, "config",
             "attempt " + std::to_string(config.attempt) + " " + std::string{to_string(to)} +
                 (detail.empty() ? "" : ": " + detail));
  if (is_open(to)) {
    world.open_configs.insert(device.id);
  } else {
    world.open_configs.erase(device.id);
  }
  // A rollout's order may have waited for this.
  for (const auto id : world.live_rollouts(device.id)) world.book(id)->dirty = true;
}

void drop_config_order(World& world, Turn& turn, Device& device) {
  if (device.order && device.order->kind == OrderKind::UpdateConfig) drop_order(world, turn, device);
}

void end(World& world, Turn& turn, Device& device, ConfigState state, Reason why, const std::string& detail) {
  drop_config_order(world, turn, device);
  move(world, turn, device, state, why, detail);
}

// The attempt came to nothing that counts: another one, within the limit.
void again(World& world, Turn& turn, Device& device, Reason why, const std::string& detail) {
  ConfigChange& config = *device.config;
  if (config.orders >= kMaxAttempts) {
    end(world, turn, device, ConfigState::Failed, why, detail + "; " + std::to_string(config.orders) + " attempts");
    return;
  }
  drop_config_order(world, turn, device);
  move(world, turn, device, ConfigState::Waiting, Reason::None, detail);
  config.attempt = new_attempt(world, turn, device);
}

std::string detail_of(const Heartbeat& report) {
  return std::string{report.error_text.empty() ? explain(report.error) : report.error_text.view()};
}

bool blames_an_outage(World& world, const Device& device) {
  const Reason why = device.reported.error;
  return (why == Reason::NoWifi || why == Reason::NoBroker) && world.pulses[device.id].hit_by_outage &&
         device.config->orders < kMaxAttempts;
}

void follow_report(World& world, Turn& turn, Device& device) {
  const Heartbeat& report = device.reported;
  switch (report.update_state) {
    case UpdateState::Idle: return;
    case UpdateState::Accepted:
    case UpdateState::Downloading:
    case UpdateState::Verified:
      if (is_open(device.config->state)) move(world, turn, device, ConfigState::Working, Reason::None, "");
      return;
    case UpdateState::Armed:
      if (is_open(device.config->state)) move(world, turn, device, ConfigState::Rebooting, Reason::None, "");
      return;
    case UpdateState::Trial:
      if (is_open(device.config->state)) move(world, turn, device, ConfigState::Trial, Reason::None, "");
      return;
    case UpdateState::Confirmed: end(world, turn, device, ConfigState::Confirmed, Reason::None, ""); return;
    case UpdateState::RolledBack:
      if (is_open(device.config->state) && blames_an_outage(world, device)) {
        again(world, turn, device, report.error, "tried again: the network was away during the attempt");
      } else {
        end(world, turn, device, ConfigState::RolledBack, report.error, detail_of(report));
      }
      return;
    case UpdateState::Failed:
      end(world, turn, device, report.error == Reason::Cancelled ? ConfigState::Withdrawn : ConfigState::Failed,
          report.error, detail_of(report));
      return;
  }
}

void order_if_possible(World& world, Turn& turn, Device& device) {
  if (!what_config_waits_for(world, turn, device).empty()) return;
  ConfigChange& config = *device.config;
  if (config.attempt == device.reported.attempt_id) config.attempt = new_attempt(world, turn, device);
  ++config.orders;
  order_config(world, turn, device, false);
  move(world, turn, device, ConfigState::Ordered, Reason::None, "");
  config.deadline = world.in_seconds(kConfigSeconds);
}

// Only a device that hears and reports is told to have given no answer: one that is away is waited for.
void judge_unanswered(World& world, Turn& turn, Device& device) {
  ConfigChange& config = *device.config;
  if (!config.deadline || *config.deadline > world.clock.judging()) return;
  const bool had_its_chance = device.online && device.last_heard_at > config.changed_at &&
                              device.reported.deferred.empty() && world.pulses[device.id].undelivered.empty();
  if (had_its_chance) {
    end(world, turn, device, ConfigState::Unanswered, Reason::None,
        "it reports, but did not accept the order within " + std::to_string(kConfigSeconds) + " s");
    return;
  }
  config.deadline.reset();  // set again when it is heard
  world.touch(turn, device);
}

Error wrong_kind(const ConfigSpec& spec, const char* what, const std::string& given, std::string_view is) {
  return {ErrorCode::InvalidArgument,
          "the provisioning is for " + std::string{what} + " \"" + given + "\", but " + spec.device + " is \"" +
              std::string{is} + "\"",
          "make it for this device: flotilla device config " + spec.device};
}

}  // namespace

bool is_open(ConfigState state) { return state <= ConfigState::Trial; }

bool occupies_device(const Device& device) {
  return device.config && device.config->state >= ConfigState::Ordered && is_open(device.config->state);
}

bool reports_config(const Device& device) {
  return device.config && device.config->orders > 0 && device.config->attempt == device.reported.attempt_id;
}

Result<Unit, Error> check_config(World& world, const ConfigSpec& spec) {
  const Device* device = world.device(spec.device);
  if (device == nullptr) {
    return Error{ErrorCode::NotFound, "no device " + spec.device, "`flotilla device list` shows the known ones"};
  }
  if (device->first_seen_at != 0) {
    const Heartbeat& report = device->reported;
    if (report.product.view() != spec.product) return wrong_kind(spec, "product", spec.product, report.product.view());
    if (report.hardware.view() != spec.hardware) {
      return wrong_kind(spec, "hardware", spec.hardware, report.hardware.view());
    }
  } else if (!device->announced_hardware.empty() && device->announced_hardware != spec.hardware) {
    return wrong_kind(spec, "hardware", spec.hardware, device->announced_hardware);
  }
  if (device->config && is_accepted(device->config->state)) {
    return Error{ErrorCode::Conflict,
                 spec.device + " works on a configuration already: attempt " + std::to_string(device->config->attempt) +
                     " is " + std::string{to_string(device->config->state)},
                 "wait for its end; `flotilla device why " + spec.device + "` tells more"};
  }
  return Unit{};
}

Result<Unit, Error> update_config(World& world, Turn& turn, const ConfigSpec& spec) {
  if (auto possible = check_config(world, spec); !possible.ok()) return possible;
  Device& device = *world.device(spec.device);
  if (device.config && is_open(device.config->state)) {
    if (device.config->sha256 == spec.sha256) return Unit{};
    drop_config_order(world, turn, device);
    world.note(turn, device.id, 0, "config", "attempt " + std::to_string(device.config->attempt) + " replaced");
  }
  ConfigChange config;
  config.sha256 = spec.sha256;
  config.attempt = new_attempt(world, turn, device);
  config.ordered_by = turn.actor;
  config.ordered_at = config.changed_at = turn.now.wall;
  device.config = std::move(config);
  world.open_configs.insert(device.id);
  world.touch(turn, device);
  world.note(
      turn, device.id, 0, "config",
      "attempt " + std::to_string(device.config->attempt) + ": a new configuration, " + short_digest(spec.sha256));
  order_if_possible(world, turn, device);
  return Unit{};
}

Result<Unit, Error> withdraw_config(World& world, Turn& turn, const std::string& id) {
  Device* device = world.device(id);
  if (device == nullptr) {
    return Error{ErrorCode::NotFound, "no device " + id, "`flotilla device list` shows the known ones"};
  }
  if (!device->config || !is_open(device->config->state)) {
    return Error{ErrorCode::NotFound, "no configuration is ordered for " + id,
                 "`flotilla device show` has the last one"};
  }
  if (is_accepted(device->config->state)) {
    return Error{ErrorCode::Conflict, id + " has accepted it: it is " + std::string{to_string(device->config->state)},
                 "it goes back by itself where it does not work; then order another one"};
  }
  end(world, turn, *device, ConfigState::Withdrawn, Reason::None, "taken back by " + turn.actor);
  return Unit{};
}

void follow_config(World& world, Turn& turn, Device& device, std::uint32_t order_sequence) {
  if (!device.config || device.config->orders == 0) return;
  ConfigChange& config = *device.config;
  const Heartbeat& report = device.reported;
  if (reports_config(device)) {
    follow_report(world, turn, device);
    // Accepted just before the order was taken back for another reason: on its trial it must get it again.
    const bool missing = is_accepted(config.state) && is_active(report.update_state) && !device.order;
    if (missing && can_sign(turn, device)) order_config(world, turn, device, true);
    return;
  }
  if (is_accepted(config.state)) {
    again(world, turn, device, Reason::None, "the device does not know the attempt any more");
    return;
  }
  if (config.state != ConfigState::Ordered) return;
  const bool spent = report.trust_version == world.config.trust_version && report.last_sequence >= order_sequence;
  if (order_sequence != 0 && spent) {
    again(world, turn, device, Reason::None, "the device took the order and does not know it any more");
  } else if (!config.deadline && config.why == Reason::None) {
    config.deadline = world.in_seconds(kConfigSeconds);
    world.touch(turn, device);
  }
}

void settle_config_order(World& world, Turn& turn, Device& device) {
  const Heartbeat& report = device.reported;
  const Order& order = *device.order;
  const bool refused = report.refused_sequence == order.sequence && report.refusal != Reason::None;
  if (order.accepted || !refused || device.config->state != ConfigState::Ordered) return;
  const Reason why = report.refusal;
  if (why == Reason::StaleSequence) {
    renew(world, turn, device, "the device has seen a higher sequence");
  } else if (is_hindrance(why) || why == Reason::Expired || why == Reason::Busy) {
    // It is waited for: nothing else could be done with such a device anyway.
    if (device.config->why != why) {
      move(world, turn, device, ConfigState::Ordered, why, std::string{explain(why)});
    }
  } else {
    end(world, turn, device, ConfigState::Refused, why, std::string{explain(why)});
  }
}

void distrust_config(World& world, Turn& turn, Device& device, const std::string& text) {
  if (!device.config || !is_open(device.config->state) || reports_config(device)) return;
  end(world, turn, device, ConfigState::Withdrawn, Reason::None,
      text + ": this database is older than the device; if the configuration is still meant, order it again");
}

void hold_config(World& world, Turn& turn, Device& device) {
  if (!device.config || device.config->state != ConfigState::Ordered || reports_config(device)) return;
  drop_config_order(world, turn, device);
  move(world, turn, device, ConfigState::Waiting, Reason::None, "");
}

void conduct_configs(World& world, Turn& turn) {
  // A copy: an order that ends leaves the set.
  const auto open = world.open_configs;
  for (const auto& id : open) {
    Device& device = *world.device(id);
    if (device.config->state == ConfigState::Waiting) order_if_possible(world, turn, device);
    if (device.config->state == ConfigState::Ordered) judge_unanswered(world, turn, device);
  }
}

void config_unusable(World& world, Turn& turn, const Digest& sha256, const std::string& text) {
  const auto open = world.open_configs;
  for (const auto& id : open) {
    Device& device = *world.device(id);
    if (device.config->sha256 != sha256 || is_accepted(device.config->state)) continue;
    end(world, turn, device, ConfigState::Failed, Reason::None, "its file cannot be used: " + text);
  }
}

std::string what_config_waits_for(World& world, const Turn& turn, const Device& device) {
  if (device.config->state != ConfigState::Waiting) return "it is " + std::string{to_string(device.config->state)};
  if (!world.clock.subscribed()) return "the broker is not connected";
  if (!turn.now.wall_trusted) return "this machine's clock is not synchronised, so nothing is signed";
  if (world.silence.crowd_is_silent()) return "too many devices are silent at once";
  if (!device.online) return "the device is offline";
  if (is_quarantined(device, world.config.trust_version)) return "the device is quarantined";
  if (!can_sign(turn, device)) return "the sequence numbers of its commands are spent";
  for (const auto id : world.live_rollouts(device.id)) {
    if (!is_in_flight(world.member(id, device.id)->state)) continue;
    return "rollout " + std::to_string(id) + " comes first: the device is " +
           std::string{to_string(world.member(id, device.id)->state)} + " there";
  }
  if (device.order) return "another order is in force: " + std::string{to_string(device.order->kind)};
  const Heartbeat& report = device.reported;
  if (is_active(report.update_state)) return "the device is busy with another attempt";
  return "";
}

}  // namespace flotilla::core
