// The heartbeat's encoder on the device. Texts that come from the application may have been cut in the middle of a
// UTF-8 sequence, which would make the whole message invalid: they are sent as printable ASCII.
#include <cstring>

#include "proto/device/fields.h"

namespace flotilla::device_wire {
namespace {

using fields::Field;
using fields::Kind;
using fields::ShapeOf;

using Begin = ShapeOf<Kind::Open, 0>;
constexpr std::uint32_t kEnd = fields::field<1, Kind::Close, 0, 0, 0>();

// clang-format off
FLOTILLA_IN_FLASH constexpr std::uint32_t kHeartbeat[] = {
    FLOTILLA_FIELD(Heartbeat, protocol_version),
    FLOTILLA_FIELD(Heartbeat, boot_id),
    FLOTILLA_FIELD(Heartbeat, boot_count),
    FLOTILLA_FIELD(Heartbeat, reset_reason),
    FLOTILLA_FIELD(Heartbeat, uptime_seconds),
    FLOTILLA_FIELD(Heartbeat, chip_id),
    FLOTILLA_FIELD(Heartbeat, hardware),
    FLOTILLA_FIELD(Heartbeat, product),
    FLOTILLA_FIELD(Heartbeat, agent_version),
    FLOTILLA_FIELD_AS(Heartbeat, running, Heartbeat, running_version, Begin),
        FLOTILLA_FIELD_IN(Running, version, Heartbeat, running_version),
        FLOTILLA_FIELD_IN(Running, image_sha256, Heartbeat, running_sha256),
        FLOTILLA_FIELD_IN(Running, release_counter, Heartbeat, running_counter),
        FLOTILLA_FIELD_IN(Running, security_floor, Heartbeat, security_floor),
        kEnd,
    FLOTILLA_FIELD_AS(Heartbeat, update, Heartbeat, attempt_id, Begin),
        FLOTILLA_FIELD_IN(Update, attempt_id, Heartbeat, attempt_id),
        FLOTILLA_FIELD_IN(Update, state, Heartbeat, update_state),
        FLOTILLA_FIELD_IN(Update, progress_percent, Heartbeat, progress_percent),
        FLOTILLA_FIELD_IN(Update, error_code, Heartbeat, error),
        FLOTILLA_FIELD_IN(Update, error_text, Heartbeat, error_text),
        kEnd,
    FLOTILLA_FIELD_AS(Heartbeat, last_refusal, Heartbeat, refused_sequence, Begin),
        FLOTILLA_FIELD_IN(Refusal, sequence, Heartbeat, refused_sequence),
        FLOTILLA_FIELD_IN(Refusal, code, Heartbeat, refusal),
        kEnd,
    FLOTILLA_FIELD(Heartbeat, last_sequence),
    FLOTILLA_FIELD(Heartbeat, trust_version),
    FLOTILLA_FIELD_AS(Heartbeat, capabilities, Heartbeat, local_rollback, Begin),
        FLOTILLA_FIELD_IN(Capabilities, local_rollback, Heartbeat, local_rollback),
        FLOTILLA_FIELD_IN(Capabilities, power_safe_boot, Heartbeat, power_safe_boot),
        FLOTILLA_FIELD_IN(Capabilities, slot_size, Heartbeat, slot_size),
        FLOTILLA_FIELD_IN(Capabilities, flash_size, Heartbeat, flash_size),
        kEnd,
    FLOTILLA_FIELD(Heartbeat, free_heap),
    FLOTILLA_FIELD(Heartbeat, largest_block),
    FLOTILLA_FIELD(Heartbeat, rssi),
    FLOTILLA_FIELD(Heartbeat, next_heartbeat_seconds),
    FLOTILLA_FIELD(Heartbeat, deferred),
    0};

FLOTILLA_IN_FLASH constexpr std::uint32_t kHealth[] = {
    FLOTILLA_FIELD_AS(Heartbeat, health, HealthValue, name, Begin),
        FLOTILLA_FIELD_IN(Health, name, HealthValue, name),
        FLOTILLA_FIELD_IN(Health, value, HealthValue, value),
        kEnd,
    0};
// clang-format on

class Encoder {
 public:
  Encoder(std::uint8_t* out, std::size_t capacity) : out_(out), stream_(pb_ostream_from_buffer(out, capacity)) {}

  [[nodiscard]] bool write(const std::uint32_t* table, const void* value) {
    for (;; ++table) {
      const Field field{flash_word(table)};
      if (field.word == 0) return true;
      if (!write_field(field, static_cast<const unsigned char*>(value) + field.offset())) return false;
    }
  }
  [[nodiscard]] std::size_t size() const { return stream_.bytes_written; }

 private:
  bool write_field(Field field, const unsigned char* at);
  bool write_number(Field field, const unsigned char* at);
  bool write_text(Field field, const unsigned char* at);
  bool write_byte(std::uint8_t byte) { return pb_write(&stream_, &byte, 1); }
  bool write_tag(Field field, pb_wire_type_t type) { return pb_encode_tag(&stream_, type, field.tag()); }

  std::uint8_t* out_;
  pb_ostream_t stream_;
  std::size_t open_ = 0;  // where the length of the submessage belongs
};

// Zero is not sent.
bool Encoder::write_number(Field field, const unsigned char* at) {
  std::uint64_t value = 0;
  std::memcpy(&value, at, field.size());  // little endian
  if (value == 0) return true;
  if (field.kind() == Kind::Float) return write_tag(field, PB_WT_32BIT) && pb_write(&stream_, at, 4);
  if (field.kind() == Kind::Signed) {
    const auto number = static_cast<std::uint32_t>(value);
    value = number << 1 ^ (number >> 31 != 0 ? UINT32_MAX : 0);
  }
  return write_tag(field, PB_WT_VARINT) && pb_encode_varint(&stream_, value);
}

bool Encoder::write_text(Field field, const unsigned char* at) {
  const std::size_t size = at[field.size() + 1];
  if (size == 0) return true;
  if (!write_tag(field, PB_WT_STRING) || !pb_encode_varint(&stream_, size)) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (!write_byte(at[i] >= ' ' && at[i] <= '~' ? at[i] : '?')) return false;
  }
  return true;
}

// Comparisons, not a switch: its jump table would be kept in RAM.
bool Encoder::write_field(Field field, const unsigned char* at) {
  const Kind kind = field.kind();
  if (kind == Kind::Close) {
    out_[open_ - 1] = static_cast<std::uint8_t>(stream_.bytes_written - open_);
    return true;
  }
  if (kind == Kind::Open) {
    if (!write_tag(field, PB_WT_STRING) || !write_byte(0)) return false;
    open_ = stream_.bytes_written;
    return true;
  }
  if (kind == Kind::Text) return write_text(field, at);
  if (kind == Kind::Bytes) return write_tag(field, PB_WT_STRING) && pb_encode_string(&stream_, at, field.size());
  return write_number(field, at);
}

}  // namespace

std::size_t encode(const Heartbeat& heartbeat, std::uint8_t* out, std::size_t capacity) {
  Encoder encoder(out, capacity);
  if (!encoder.write(kHeartbeat, &heartbeat)) return 0;
  for (const auto& value : heartbeat.health) {
    if (!encoder.write(kHealth, &value)) return 0;
  }
  return encoder.size();
}

}  // namespace flotilla::device_wire
