// The trust store as a file: a `Signed` envelope (Role::Trust) around a TrustStore, as devices get it.
#pragma once

#include <filesystem>

#include "common/result.h"
#include "common/trust.h"
#include "daemon/core/error.h"
#include "proto/host/codec.h"

namespace flotilla::crypto {

struct SignedTrustStore {
  wire::Bytes signed_bytes;  // the envelope, to hand on
  TrustStore store;
};

// Corrupt when the bytes are no trust store, it is not sound, or it is not signed by enough of its own root keys.
// `name` is for the message.
[[nodiscard]] Result<SignedTrustStore, Error> parse_trust_store(wire::Bytes signed_bytes, const std::string& name);
[[nodiscard]] Result<SignedTrustStore, Error> load_trust_store(const std::filesystem::path& path);

}  // namespace flotilla::crypto
