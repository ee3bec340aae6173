// A private P-256 key. Copies share one key; it may be used from several threads.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "common/result.h"
#include "common/trust.h"
#include "daemon/core/error.h"

namespace flotilla::crypto {

using PrivateScalar = std::array<std::uint8_t, 32>;  // big endian

class SigningKey {
 public:
  // What OpenSSL holds; known inside daemon/crypto only.
  struct Native;

  // Throws std::runtime_error when the system has no memory or randomness.
  [[nodiscard]] static SigningKey generate();
  // PKCS#8 PEM without a passphrase. Corrupt when it is not a P-256 key; `name` is for the message.
  [[nodiscard]] static Result<SigningKey, Error> from_pem(std::string_view pem, const std::string& name);

  // r and s over an already computed digest. Throws std::runtime_error when the system has no memory or randomness.
  [[nodiscard]] SignatureBytes sign(const Digest& digest) const;
  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  [[nodiscard]] KeyId key_id() const;
  // Secret: the caller keeps it no longer than it must.
  [[nodiscard]] std::string to_pem() const;
  [[nodiscard]] PrivateScalar scalar() const;
  [[nodiscard]] const Native& native() const { return *native_; }

 private:
  SigningKey(std::shared_ptr<const Native> native, const PublicKey& public_key);

  std::shared_ptr<const Native> native_;
  PublicKey public_key_;
};

// SubjectPublicKeyInfo PEM ("BEGIN PUBLIC KEY").
[[nodiscard]] std::string public_key_to_pem(const PublicKey& key);
[[nodiscard]] Result<PublicKey, Error> public_key_from_pem(std::string_view pem, const std::string& name);

// 16 lower-case hexadecimal digits.
[[nodiscard]] std::string to_text(const KeyId& id);

}  // namespace flotilla::crypto
