// The host's codec of proto/host/codec.h for tests on the chip, where protobuf cannot go: messages are written by hand,
// heartbeats read by hand, and everything else is read by the device's own codec. codec_test.cpp holds it to the golden
// vectors.
#include "proto/device/codec.h"
#include "proto/host/codec.h"

namespace flotilla::wire {
namespace {

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

class Writer {
 public:
  void number(std::uint32_t tag, std::uint64_t value) {
    if (value == 0) return;
    varint(tag << 3 | kVarint);
    varint(value);
  }
  void bytes(std::uint32_t tag, std::string_view value) {
    if (!value.empty()) element(tag, value);
  }
  void bytes(std::uint32_t tag, ByteView value) { bytes(tag, value.text()); }
  // Written even when it is empty: a message, or one of a list.
  void element(std::uint32_t tag, std::string_view value) {
    varint(tag << 3 | kBytes);
    varint(value.size());
    out_ += value;
  }
  template <typename List>
  void keys(std::uint32_t tag, const List& list) {
    for (const auto& key : list) bytes(tag, ByteView(key.point));
  }
  [[nodiscard]] Bytes take() { return std::move(out_); }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_ += static_cast<char>(value | 0x80);
    out_ += static_cast<char>(value);
  }
  Bytes out_;
};

// Goes through the fields of one message. A malformed one ends with good() == false.
class Reader {
 public:
  explicit Reader(ByteView bytes) : at_(bytes.data), end_(bytes.data + bytes.size) {}

  bool next() {
    if (!good_ || at_ == end_) return false;
    const auto key = varint();
    tag = static_cast<std::uint32_t>(key >> 3);
    number = 0;
    bytes = {};
    switch (key & 7) {
      case kVarint: number = varint(); break;
      case kFixed32: number = fixed32(); break;
      case kBytes: bytes = take(static_cast<std::size_t>(varint())); break;
      default: good_ = false;
    }
    return good_;
  }
  [[nodiscard]] bool good() const { return good_; }

  std::uint32_t tag = 0;
  std::uint64_t number = 0;
  ByteView bytes;

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const ByteView byte = take(1);
      if (byte.empty()) return 0;
      value |= static_cast<std::uint64_t>(byte.data[0] & 0x7F) << shift;
      if ((byte.data[0] & 0x80) == 0) return value;
    }
    good_ = false;
    return 0;
  }
  std::uint32_t fixed32() {
    std::uint32_t value = 0;
    const ByteView four = take(4);
    if (!four.empty()) std::memcpy(&value, four.data, sizeof value);
    return value;
  }
  ByteView take(std::size_t count) {
    if (static_cast<std::size_t>(end_ - at_) < count) {
      good_ = false;
      return {};
    }
    at_ += count;
    return {at_ - count, count};
  }

  const std::uint8_t* at_;
  const std::uint8_t* end_;
  bool good_ = true;
};

Bytes install_order(const InstallOrder& order) {
  Writer out;
  out.bytes(1, order.signed_manifest);
  out.bytes(2, order.path.view());
  out.number(3, order.download_seconds);
  out.number(4, order.trial_boots);
  out.number(5, order.trial_seconds);
  out.number(6, order.trial_maximum_seconds);
  return out.take();
}

Bytes file_order(const FileOrder& order) {
  Writer out;
  out.bytes(1, ByteView(order.sha256.bytes));
  out.bytes(2, order.path.view());
  return out.take();
}

Bytes body(const Command& command) {
  switch (command.kind) {
    case CommandKind::Install:
    case CommandKind::InstallBootloader: return install_order(command.install);
    case CommandKind::UpdateConfig:
    case CommandKind::UpdateTrust: return file_order(command.file);
    case CommandKind::Cancel:
    case CommandKind::Revert: break;
  }
  return {};
}

bool read_running(ByteView bytes, Heartbeat& out) {
  Reader in(bytes);
  bool fits = true;
  while (fits && in.next()) {
    if (in.tag == 1) fits = out.running_version.assign(in.bytes.text());
    if (in.tag == 2 && (fits = in.bytes.size == 32)) std::memcpy(out.running_sha256.bytes.data(), in.bytes.data, 32);
    if (in.tag == 3) out.running_counter = static_cast<std::uint32_t>(in.number);
    if (in.tag == 4) out.security_floor = static_cast<std::uint32_t>(in.number);
  }
  return fits && in.good();
}

bool read_update(ByteView bytes, Heartbeat& out) {
  Reader in(bytes);
  bool fits = true;
  while (fits && in.next()) {
    if (in.tag == 1) out.attempt_id = in.number;
    if (in.tag == 2) out.update_state = static_cast<UpdateState>(in.number);
    if (in.tag == 3) out.progress_percent = static_cast<std::uint32_t>(in.number);
    if (in.tag == 4) out.error = reason_from_number(static_cast<std::uint32_t>(in.number));
    if (in.tag == 5) fits = out.error_text.assign(in.bytes.text());
  }
  return fits && in.good();
}

bool read_refusal(ByteView bytes, Heartbeat& out) {
  Reader in(bytes);
  while (in.next()) {
    if (in.tag == 1) out.refused_sequence = static_cast<std::uint32_t>(in.number);
    if (in.tag == 2) out.refusal = reason_from_number(static_cast<std::uint32_t>(in.number));
  }
  return in.good();
}

bool read_capabilities(ByteView bytes, Heartbeat& out) {
  Reader in(bytes);
  while (in.next()) {
    if (in.tag == 1) out.local_rollback = in.number != 0;
    if (in.tag == 2) out.power_safe_boot = in.number != 0;
    if (in.tag == 3) out.slot_size = static_cast<std::uint32_t>(in.number);
    if (in.tag == 4) out.flash_size = static_cast<std::uint32_t>(in.number);
  }
  return in.good();
}

bool read_health(ByteView bytes, Heartbeat& out) {
  Reader in(bytes);
  HealthValue value;
  bool fits = true;
  while (fits && in.next()) {
    if (in.tag == 1) fits = value.name.assign(in.bytes.text());
    const auto bits = static_cast<std::uint32_t>(in.number);
    if (in.tag == 2) std::memcpy(&value.value, &bits, sizeof bits);
  }
  return fits && in.good() && out.health.push_back(value);
}

bool read_field(const Reader& in, Heartbeat& out) {
  const auto number = static_cast<std::uint32_t>(in.number);
  switch (in.tag) {
    case 1: return (out.protocol_version = number, true);
    case 2: return (out.boot_id = number, true);
    case 3: return (out.boot_count = number, true);
    case 4: return (out.reset_reason = static_cast<ResetReason>(number), true);
    case 5: return (out.uptime_seconds = number, true);
    case 6: return (out.chip_id = number, true);
    case 7: return out.hardware.assign(in.bytes.text());
    case 8: return out.product.assign(in.bytes.text());
    case 9: return out.agent_version.assign(in.bytes.text());
    case 10: return read_running(in.bytes, out);
    case 11: return read_update(in.bytes, out);
    case 12: return read_refusal(in.bytes, out);
    case 13: return (out.last_sequence = number, true);
    case 14: return (out.trust_version = number, true);
    case 15: return read_capabilities(in.bytes, out);
    case 16: return (out.free_heap = number, true);
    case 17: return (out.largest_block = number, true);
    case 18: return (out.rssi = static_cast<std::int32_t>(number >> 1 ^ (0 - (number & 1))), true);
    case 19: return (out.next_heartbeat_seconds = number, true);
    case 20: return out.deferred.assign(in.bytes.text());
    case 21: return read_health(in.bytes, out);
    default: return true;
  }
}

}  // namespace

Bytes encode(const Envelope& envelope) {
  Writer out;
  out.bytes(1, envelope.payload);
  for (const auto& signature : envelope.signatures) {
    Writer one;
    one.bytes(1, ByteView(signature.key_id.bytes));
    one.bytes(2, ByteView(signature.rs));
    out.element(2, one.take());
  }
  return out.take();
}

Bytes encode(const Manifest& manifest) {
  Writer out;
  out.number(1, static_cast<std::uint64_t>(manifest.kind));
  out.number(2, static_cast<std::uint64_t>(manifest.encoding));
  out.bytes(3, manifest.product.view());
  for (const auto& hardware : manifest.hardware) out.element(4, hardware.view());
  out.bytes(5, manifest.version.view());
  out.bytes(6, manifest.minimum_version.view());
  out.number(7, manifest.release_counter);
  out.number(8, manifest.security_floor);
  out.number(9, manifest.image_size);
  out.bytes(10, ByteView(manifest.image_sha256.bytes));
  out.number(11, manifest.created_at);
  return out.take();
}

Bytes encode(const Command& command) {
  static constexpr std::uint32_t kFirstBody = 7;  // the bodies' tags follow the order of CommandKind
  Writer out;
  out.bytes(1, command.device_id.view());
  out.number(2, command.trust_version);
  out.number(3, command.sequence);
  out.number(4, command.issued_at);
  out.number(5, command.expires_at);
  out.number(6, command.attempt_id);
  out.element(kFirstBody - 1 + static_cast<std::uint32_t>(command.kind), body(command));
  return out.take();
}

Bytes encode(const TrustStore& store) {
  Writer out;
  out.number(1, store.version);
  out.keys(2, store.root_keys);
  out.number(3, store.root_threshold);
  out.keys(4, store.release_keys);
  out.number(5, store.release_threshold);
  out.keys(6, store.command_keys);
  for (const auto& hash : store.ca_hashes) out.bytes(7, ByteView(hash.bytes));
  return out.take();
}

Bytes encode(const Heartbeat& heartbeat) {
  Bytes out(kMaxHeartbeat, '\0');
  out.resize(device_wire::encode(heartbeat, reinterpret_cast<std::uint8_t*>(out.data()), out.size()));
  return out;
}

Bytes encode(const Provisioning& provisioning) {
  Writer out;
  out.bytes(1, provisioning.device_id.view());
  out.bytes(2, provisioning.product.view());
  out.bytes(3, provisioning.hardware.view());
  out.bytes(4, provisioning.wifi_ssid.view());
  out.bytes(5, provisioning.wifi_password.view());
  // No private key is zero: a configuration that does not renew the key leaves it out.
  if (provisioning.device_key != decltype(provisioning.device_key){}) out.bytes(6, ByteView(provisioning.device_key));
  out.bytes(7, provisioning.device_certificate);
  out.bytes(8, provisioning.ca_certificate);
  out.bytes(9, provisioning.signed_trust_store);
  out.bytes(10, provisioning.broker_name.view());
  for (const auto& address : provisioning.addresses) out.element(11, address.view());
  out.number(12, provisioning.mqtt_port);
  out.number(13, provisioning.https_port);
  out.bytes(14, provisioning.ntp_host.view());
  out.number(15, provisioning.provisioned_at);
  out.number(16, provisioning.heartbeat_seconds);
  return out.take();
}

bool decode(ByteView bytes, Heartbeat& out) {
  out = Heartbeat{};
  out.protocol_version = 0;
  Reader in(bytes);
  bool fits = true;
  while (fits && in.next()) fits = read_field(in, out);
  return fits && in.good();
}

bool decode(ByteView bytes, Envelope& out) { return device_wire::decode(bytes, out); }
bool decode(ByteView bytes, Manifest& out) { return device_wire::decode(bytes, out); }
bool decode(ByteView bytes, Command& out) { return device_wire::decode(bytes, out); }
bool decode(ByteView bytes, TrustStore& out) { return device_wire::decode(bytes, out); }
bool decode(ByteView bytes, Provisioning& out) { return device_wire::decode(bytes, out); }

}  // namespace flotilla::wire
