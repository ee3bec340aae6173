#include "daemon/service/dispatcher.h"

#include <optional>
#include <set>
#include <utility>

namespace flotilla::service {
namespace {

constexpr std::string_view kClockWait =
    "the clock of this machine is not synchronised, so commands are not signed; set up NTP (timedatectl), or use "
    "--assume-clock-synchronised where it is kept another way";

}  // namespace

Dispatcher::Dispatcher(const EngineConfig& config, EnginePorts ports, Unusable unusable)
    : config_(config), ports_(ports), unusable_(std::move(unusable)) {}

void Dispatcher::reset(const core::Fleet& fleet, const std::vector<std::string>& outbox) {
  outbox_.reset(outbox);
  configs_.clear();
  std::set<Digest> needed;
  for (const core::Device* device : fleet.devices()) {
    update_files(fleet, device->id);
    if (const Digest* config = fleet.config_file(device->id)) needed.insert(*config);
  }
  ports_.configs.keep_only(needed);
}

void Dispatcher::broker(bool up) {
  broker_up_ = up;
  outbox_.resend_all();
}

bool Dispatcher::acknowledged(const std::string& device, std::uint64_t token) {
  ++counters_.acknowledged;
  return outbox_.acknowledged(device, token);
}

bool Dispatcher::refused(const std::string& device, std::uint64_t token, const std::string& what,
                         const core::Now& now) {
  ++counters_.failures;
  if (!outbox_.failed(device, token, now.mono_ms + config_.publish_retry_ms)) return false;
  if (config_.report) config_.report(Severity::Warning, "the command for " + device + " did not get through: " + what);
  return true;
}

void Dispatcher::update_files(const core::Fleet& fleet, const std::string& device) {
  update_access(fleet, device);
  const Digest* needed = fleet.config_file(device);
  const auto before = configs_.find(device);
  if (before != configs_.end() && (needed == nullptr || *needed != before->second)) {
    ports_.configs.remove(before->second);
    configs_.erase(before);
  }
  if (needed != nullptr) configs_[device] = *needed;
}

void Dispatcher::update_access(const core::Fleet& fleet, const std::string& device) {
  std::optional<Grant> grant;
  if (const core::Release* release = fleet.fetchable(device)) {
    grant = Grant{FileKind::Image, release->manifest.image_sha256};
  } else if (const Digest* config = fleet.fetchable_config(device)) {
    grant = Grant{FileKind::Config, *config};
  }
  const auto open = open_.find(device);
  if (!grant) {
    if (open == open_.end()) return;
    ports_.access.withdraw(device);
    open_.erase(open);
  } else if (open == open_.end() || !(open->second == *grant)) {
    ports_.access.allow(device, grant->kind, grant->file);
    open_[device] = *grant;
  }
}

void Dispatcher::send(const core::Fleet& fleet, const core::Now& now) {
  counters_.orders_wait.clear();
  if (!broker_up_) return;
  for (const std::string& device : outbox_.due(now.mono_ms)) send_one(fleet, device, now);
}

void Dispatcher::send_one(const core::Fleet& fleet, const std::string& device, const core::Now& now) {
  std::string payload;
  if (const core::Order* order = fleet.desired_order(device)) {
    if (!now.wall_trusted) {
      counters_.orders_wait = kClockWait;
      return;
    }
    auto made = payload_of(fleet, *order, device);
    if (!made.ok()) {
      fail(device, made.error(), now);
      return;
    }
    payload = std::move(made).value();
  }
  const std::uint64_t token = outbox_.sent(device);
  const auto queued = ports_.publisher.publish(device, payload, token);
  if (queued.ok()) {
    ++counters_.published;
  } else {
    // Its queue is full or the connection has just gone: nothing to tell anybody, the next round tries again.
    ++counters_.failures;
    outbox_.retry_at(device, now.mono_ms + config_.tick_ms);
  }
}

Result<std::string, Error> Dispatcher::payload_of(const core::Fleet& fleet, const core::Order& order,
                                                  const std::string& device) {
  switch (order.kind) {
    case core::OrderKind::Cancel: return ports_.signer.sign(order, device, {}, {});
    case core::OrderKind::Install: {
      const core::Release* release = fleet.release(order.release);
      if (release == nullptr) return Error{ErrorCode::Internal, "release " + order.release + " is not known", {}};
      const Digest& image = release->manifest.image_sha256;
      // An order for an image that nobody can fetch would cost the device its attempt.
      if (auto usable = ports_.catalog.check(image); !usable.ok()) {
        unusable_(FileKind::Image, image, usable.error().message);
        return usable.error();
      }
      return ports_.signer.sign(order, device, release->signed_manifest, image);
    }
    case core::OrderKind::UpdateConfig: {
      const Digest* config = fleet.config_file(device);
      if (config == nullptr) return Error{ErrorCode::Internal, "the configuration of " + device + " is not known", {}};
      if (auto usable = ports_.configs.check(*config); !usable.ok()) {
        unusable_(FileKind::Config, *config, usable.error().message);
        return usable.error();
      }
      return ports_.signer.sign(order, device, {}, *config);
    }
  }
  return Error{ErrorCode::Internal, "an order of unknown kind", {}};
}

void Dispatcher::fail(const std::string& device, const Error& error, const core::Now& now) {
  ++counters_.failures;
  outbox_.retry_at(device, now.mono_ms + config_.publish_retry_ms);
  if (config_.report) config_.report(Severity::Error, "no command was sent to " + device + ": " + error.message);
}

}  // namespace flotilla::service
