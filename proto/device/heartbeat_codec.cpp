// The heartbeat's encoder on the device. Texts that come from the application may have been cut in the middle of a
// UTF-8 sequence, which would make the whole message invalid: they are sent as printable ASCII.
#include "proto/device/codec.h"
#include "proto/device/fields.h"
#include "proto/flotilla.npb.h"

namespace flotilla::device_wire {
namespace {

// nanopb hands the argument to encoders and decoders alike, so it is not const; an encoder only reads.
template <typename T>
void* readable(const T& value) {
  return const_cast<T*>(&value);  // NOLINT(cppcoreguidelines-pro-type-const-cast): see above
}

template <typename Text>
bool write_text(pb_ostream_t* stream, const pb_field_t* field, void* const* arg) {
  const auto text = static_cast<const Text*>(*arg)->view();
  if (text.empty()) return true;
  if (!pb_encode_tag_for_field(stream, field) || !pb_encode_varint(stream, text.size())) return false;
  for (const char c : text) {
    const pb_byte_t byte = c >= ' ' && c <= '~' ? static_cast<pb_byte_t>(c) : '?';
    if (!pb_write(stream, &byte, 1)) return false;
  }
  return true;
}

bool write_digest(pb_ostream_t* stream, const pb_field_t* field, void* const* arg) {
  const auto& bytes = static_cast<const Digest*>(*arg)->bytes;
  return pb_encode_tag_for_field(stream, field) && pb_encode_string(stream, bytes.data(), bytes.size());
}

template <std::size_t N>
void encode_text(pb_callback_t& field, const FixedString<N>& text) {
  field.funcs.encode = write_text<FixedString<N>>;
  field.arg = readable(text);
}

using HealthList = FixedVector<HealthValue, kMaxHealth>;

bool write_health(pb_ostream_t* stream, const pb_field_t* field, void* const* arg) {
  for (const auto& value : *static_cast<const HealthList*>(*arg)) {
    flotilla_v1_Health out = flotilla_v1_Health_init_zero;
    encode_text(out.name, value.name);
    out.value = value.value;
    if (!pb_encode_tag_for_field(stream, field) || !pb_encode_submessage(stream, flotilla_v1_Health_fields, &out)) {
      return false;
    }
  }
  return true;
}

void put_state(const Heartbeat& heartbeat, flotilla_v1_Heartbeat& out) {
  out.has_running = true;
  encode_text(out.running.version, heartbeat.running_version);
  out.running.image_sha256.funcs.encode = write_digest;
  out.running.image_sha256.arg = readable(heartbeat.running_sha256);
  out.running.release_counter = heartbeat.running_counter;
  out.running.security_floor = heartbeat.security_floor;

  out.has_update = true;
  out.update.attempt_id = heartbeat.attempt_id;
  out.update.state = static_cast<std::uint32_t>(heartbeat.update_state);
  out.update.progress_percent = heartbeat.progress_percent;
  out.update.error_code = static_cast<std::uint32_t>(heartbeat.error);
  encode_text(out.update.error_text, heartbeat.error_text);

  out.has_last_refusal = true;
  out.last_refusal.sequence = heartbeat.refused_sequence;
  out.last_refusal.code = static_cast<std::uint32_t>(heartbeat.refusal);
  out.last_sequence = heartbeat.last_sequence;
  out.trust_version = heartbeat.trust_version;
}

void put_board(const Heartbeat& heartbeat, flotilla_v1_Heartbeat& out) {
  out.boot_id = heartbeat.boot_id;
  out.boot_count = heartbeat.boot_count;
  out.reset_reason = static_cast<std::uint32_t>(heartbeat.reset_reason);
  out.uptime_seconds = heartbeat.uptime_seconds;
  out.chip_id = heartbeat.chip_id;
  encode_text(out.hardware, heartbeat.hardware);
  encode_text(out.product, heartbeat.product);
  encode_text(out.agent_version, heartbeat.agent_version);
  out.has_capabilities = true;
  out.capabilities.local_rollback = heartbeat.local_rollback;
  out.capabilities.power_safe_boot = heartbeat.power_safe_boot;
  out.capabilities.slot_size = heartbeat.slot_size;
  out.capabilities.flash_size = heartbeat.flash_size;
  out.free_heap = heartbeat.free_heap;
  out.largest_block = heartbeat.largest_block;
  out.rssi = heartbeat.rssi;
}

}  // namespace

std::size_t encode(const Heartbeat& heartbeat, std::uint8_t* out, std::size_t capacity) {
  flotilla_v1_Heartbeat message = flotilla_v1_Heartbeat_init_zero;
  message.protocol_version = heartbeat.protocol_version;
  put_board(heartbeat, message);
  put_state(heartbeat, message);
  message.next_heartbeat_seconds = heartbeat.next_heartbeat_seconds;
  encode_text(message.deferred, heartbeat.deferred);
  message.health.funcs.encode = write_health;
  message.health.arg = readable(heartbeat.health);
  pb_ostream_t stream = pb_ostream_from_buffer(out, capacity);
  return pb_encode(&stream, flotilla_v1_Heartbeat_fields, &message) ? stream.bytes_written : 0;
}

}  // namespace flotilla::device_wire
