// The protobuf codec of the host. Encoding is deterministic: equal values give equal bytes. Decoding is strict: false for
// bytes that do not parse, for text or lists beyond their capacity, for enumerators and lengths outside the contract.
#pragma once

#include <string>

#include "common/messages.h"
#include "common/trust.h"

namespace flotilla::wire {

using Bytes = std::string;  // raw bytes

[[nodiscard]] inline ByteView view(const Bytes& bytes) { return ByteView(std::string_view(bytes)); }

[[nodiscard]] Bytes encode(const Envelope& envelope);
[[nodiscard]] Bytes encode(const Manifest& manifest);
[[nodiscard]] Bytes encode(const Command& command);
[[nodiscard]] Bytes encode(const TrustStore& store);
[[nodiscard]] Bytes encode(const Heartbeat& heartbeat);
[[nodiscard]] Bytes encode(const Provisioning& provisioning);

// Views inside `out` point into `bytes`.
[[nodiscard]] bool decode(ByteView bytes, Envelope& out);
[[nodiscard]] bool decode(ByteView bytes, Manifest& out);
[[nodiscard]] bool decode(ByteView bytes, Command& out);
[[nodiscard]] bool decode(ByteView bytes, TrustStore& out);
[[nodiscard]] bool decode(ByteView bytes, Heartbeat& out);
[[nodiscard]] bool decode(ByteView bytes, Provisioning& out);

}  // namespace flotilla::wire
