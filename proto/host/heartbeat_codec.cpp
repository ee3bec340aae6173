// The heartbeat's half of the host codec.
#include "proto/flotilla.pb.h"
#include "proto/host/codec.h"
#include "proto/host/quiet.h"

namespace flotilla::wire {
namespace {

std::string text(std::string_view view) { return std::string(view); }
std::string raw(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size()};
}

bool take_digest(const std::string& in, Digest& out) {
  out = {};
  if (in.size() == out.bytes.size()) std::memcpy(out.bytes.data(), in.data(), in.size());
  return in.size() == out.bytes.size() || in.empty();
}

bool take_health(const v1::Heartbeat& in, Heartbeat& out) {
  out.health.clear();
  for (const auto& health : in.health()) {
    HealthValue value;
    value.value = health.value();
    if (!value.name.assign(health.name()) || !out.health.push_back(value)) return false;
  }
  return true;
}

bool take_running(const v1::Running& in, Heartbeat& out) {
  out.running_counter = in.release_counter();
  out.security_floor = in.security_floor();
  return out.running_version.assign(in.version()) && take_digest(in.image_sha256(), out.running_sha256);
}

bool take_update(const v1::Update& in, Heartbeat& out) {
  out.attempt_id = in.attempt_id();
  out.progress_percent = in.progress_percent();
  out.error = reason_from_number(in.error_code());
  return update_state_from_number(in.state(), out.update_state) && out.error_text.assign(in.error_text());
}

}  // namespace

Bytes encode(const Heartbeat& heartbeat) {
  v1::Heartbeat out;
  out.set_protocol_version(heartbeat.protocol_version);
  out.set_boot_id(heartbeat.boot_id);
  out.set_boot_count(heartbeat.boot_count);
  out.set_reset_reason(static_cast<std::uint32_t>(heartbeat.reset_reason));
  out.set_uptime_seconds(heartbeat.uptime_seconds);
  out.set_chip_id(heartbeat.chip_id);
  out.set_hardware(text(heartbeat.hardware.view()));
  out.set_product(text(heartbeat.product.view()));
  out.set_agent_version(text(heartbeat.agent_version.view()));

  auto& running = *out.mutable_running();
  running.set_version(text(heartbeat.running_version.view()));
  running.set_image_sha256(raw(heartbeat.running_sha256));
  running.set_release_counter(heartbeat.running_counter);
  running.set_security_floor(heartbeat.security_floor);

  auto& update = *out.mutable_update();
  update.set_attempt_id(heartbeat.attempt_id);
  update.set_state(static_cast<std::uint32_t>(heartbeat.update_state));
  update.set_progress_percent(heartbeat.progress_percent);
  update.set_error_code(static_cast<std::uint32_t>(heartbeat.error));
  update.set_error_text(text(heartbeat.error_text.view()));

  auto& refusal = *out.mutable_last_refusal();
  refusal.set_sequence(heartbeat.refused_sequence);
  refusal.set_code(static_cast<std::uint32_t>(heartbeat.refusal));
  out.set_last_sequence(heartbeat.last_sequence);
  out.set_trust_version(heartbeat.trust_version);

  auto& capabilities = *out.mutable_capabilities();
  capabilities.set_local_rollback(heartbeat.local_rollback);
  capabilities.set_power_safe_boot(heartbeat.power_safe_boot);
  capabilities.set_slot_size(heartbeat.slot_size);
  capabilities.set_flash_size(heartbeat.flash_size);

  out.set_free_heap(heartbeat.free_heap);
  out.set_largest_block(heartbeat.largest_block);
  out.set_rssi(heartbeat.rssi);
  out.set_next_heartbeat_seconds(heartbeat.next_heartbeat_seconds);
  out.set_deferred(text(heartbeat.deferred.view()));
  for (const auto& value : heartbeat.health) {
    auto& added = *out.add_health();
    added.set_name(text(value.name.view()));
    added.set_value(value.value);
  }
  Bytes bytes;
  out.SerializeToString(&bytes);
  return bytes;
}

bool decode(ByteView bytes, Heartbeat& out) {
  quiet_protobuf();
  v1::Heartbeat in;
  if (!in.ParseFromArray(bytes.data, static_cast<int>(bytes.size))) return false;
  out.protocol_version = in.protocol_version();
  out.boot_id = in.boot_id();
  out.boot_count = in.boot_count();
  out.reset_reason = in.reset_reason() <= static_cast<std::uint32_t>(ResetReason::External)
                         ? static_cast<ResetReason>(in.reset_reason())
                         : ResetReason::Unknown;
  out.uptime_seconds = in.uptime_seconds();
  out.chip_id = in.chip_id();
  out.refused_sequence = in.last_refusal().sequence();
  out.refusal = reason_from_number(in.last_refusal().code());
  out.last_sequence = in.last_sequence();
  out.trust_version = in.trust_version();
  out.local_rollback = in.capabilities().local_rollback();
  out.power_safe_boot = in.capabilities().power_safe_boot();
  out.slot_size = in.capabilities().slot_size();
  out.flash_size = in.capabilities().flash_size();
  out.free_heap = in.free_heap();
  out.largest_block = in.largest_block();
  out.rssi = in.rssi();
  out.next_heartbeat_seconds = in.next_heartbeat_seconds();
  return out.hardware.assign(in.hardware()) && out.product.assign(in.product()) &&
         out.agent_version.assign(in.agent_version()) && out.deferred.assign(in.deferred()) &&
         take_running(in.running(), out) && take_update(in.update(), out) && take_health(in, out);
}

}  // namespace flotilla::wire
