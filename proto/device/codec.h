// The codec of the device, on nanopb's streams: no heap, decoded in place (views point into the buffer). The same
// strictness as the host's codec. Decoding returns false and leaves `out` undefined for bytes outside the contract.
#pragma once

#include "common/byte_source.h"
#include "common/messages.h"
#include "common/trust.h"

namespace flotilla::device_wire {

[[nodiscard]] bool decode(ByteView bytes, Envelope& out);
[[nodiscard]] bool decode(ByteView bytes, Manifest& out);
[[nodiscard]] bool decode(ByteView bytes, Command& out);
[[nodiscard]] bool decode(ByteView bytes, TrustStore& out);
[[nodiscard]] bool decode(ByteView bytes, Provisioning& out);

// Where a field's content lies in a source; size 0: absent.
struct Span {
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

// What can be known of a Provisioning message that is too large for RAM.
struct ProvisioningSurvey {
  DeviceId device_id;
  Name product;
  Name hardware;
  Span device_key;
  Span device_certificate;
  Span ca_certificate;
  Span signed_trust_store;
  std::uint8_t addresses = 0;  // how many
  std::uint32_t mqtt_port = 0;
  std::uint32_t https_port = 0;
  std::uint64_t provisioned_at = 0;
  std::uint32_t heartbeat_seconds = 0;
};
// Reads the message in the first `size` bytes of `source`, a few bytes at a time. false for what decode() would refuse,
// and when the source cannot be read.
[[nodiscard]] bool survey(ByteSource& source, std::uint32_t size, ProvisioningSurvey& out);

// Writes at most `capacity` bytes; 0 when it does not fit. kMaxHeartbeat is always enough.
[[nodiscard]] std::size_t encode(const Heartbeat& heartbeat, std::uint8_t* out, std::size_t capacity);

}  // namespace flotilla::device_wire
