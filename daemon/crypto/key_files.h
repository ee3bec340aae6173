// Keys as files: a private key is PKCS#8 PEM with mode 0600, a public half is PEM.
#pragma once

#include <filesystem>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/crypto/signing_key.h"

namespace flotilla::crypto {

// Refused when group or others have access to the file, Corrupt when it is no P-256 key.
[[nodiscard]] Result<SigningKey, Error> load_signing_key(const std::filesystem::path& path);
[[nodiscard]] Result<PublicKey, Error> load_public_key(const std::filesystem::path& path);

// Conflict when the file exists: a key is never overwritten.
[[nodiscard]] Result<Unit, Error> save_signing_key(const std::filesystem::path& path, const SigningKey& key);
[[nodiscard]] Result<Unit, Error> save_public_key(const std::filesystem::path& path, const PublicKey& key);

}  // namespace flotilla::crypto
