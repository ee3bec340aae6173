// The nanopb codec of the device: no heap, decoded in place (views point into the buffer). The same strictness as the
// host's codec. Decoding returns false and leaves `out` undefined for bytes outside the contract.
#pragma once

#include "common/messages.h"
#include "common/trust.h"

namespace flotilla::device_wire {

[[nodiscard]] bool decode(ByteView bytes, Envelope& out);
[[nodiscard]] bool decode(ByteView bytes, Manifest& out);
[[nodiscard]] bool decode(ByteView bytes, Command& out);
[[nodiscard]] bool decode(ByteView bytes, TrustStore& out);
[[nodiscard]] bool decode(ByteView bytes, Provisioning& out);

// Writes at most `capacity` bytes; 0 when it does not fit. kMaxHeartbeat is always enough.
[[nodiscard]] std::size_t encode(const Heartbeat& heartbeat, std::uint8_t* out, std::size_t capacity);

}  // namespace flotilla::device_wire
