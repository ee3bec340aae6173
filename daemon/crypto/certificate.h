// X.509 certificates with P-256 keys: the fleet's own CA, what it issues, and its revocation list. A certificate's
// common name is the identity that the broker, the image server and the daemon see.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/digest.h"
#include "common/result.h"
#include "common/trust.h"
#include "daemon/core/error.h"
#include "daemon/crypto/signing_key.h"

namespace flotilla::crypto {

// Seconds since 1970, both included.
struct Validity {
  std::uint64_t not_before = 0;
  std::uint64_t not_after = 0;
};

// An immutable certificate; copies share it.
class Certificate {
 public:
  // What OpenSSL holds; known inside daemon/crypto only.
  struct Native;

  explicit Certificate(std::shared_ptr<const Native> native);
  // Corrupt when the text holds no certificate; `name` is for the message.
  [[nodiscard]] static Result<Certificate, Error> from_pem(std::string_view pem, const std::string& name);

  [[nodiscard]] std::string to_pem() const;
  [[nodiscard]] std::string to_der() const;
  // SHA-256 of the DER: what a trust store names a CA by.
  [[nodiscard]] Digest fingerprint() const;
  [[nodiscard]] std::string common_name() const;
  [[nodiscard]] Validity validity() const;
  // false also for a key that is not P-256.
  [[nodiscard]] bool belongs_to(const PublicKey& key) const;
  [[nodiscard]] const Native& native() const { return *native_; }

 private:
  std::shared_ptr<const Native> native_;
};

enum class CertificateUse : std::uint8_t { Client, Server };

struct CertificateRequest {
  std::string common_name;  // 1 to 64 bytes
  PublicKey public_key;
  CertificateUse use = CertificateUse::Client;
  std::vector<std::string> dns_names;  // as dNSName, the only kind of name that BearSSL compares
  Validity validity;
};

// A CA's certificate and key. All functions throw std::runtime_error when OpenSSL lacks memory or randomness.
class CertificateAuthority {
 public:
  // A new self-signed CA that may issue end certificates only.
  [[nodiscard]] static CertificateAuthority create(const std::string& common_name, const SigningKey& key,
                                                   const Validity& validity);
  // Corrupt when the key is not the certificate's.
  [[nodiscard]] static Result<CertificateAuthority, Error> open(const Certificate& certificate, const SigningKey& key);

  [[nodiscard]] const Certificate& certificate() const { return certificate_; }
  [[nodiscard]] Certificate issue(const CertificateRequest& request) const;
  // PEM. Valid from the CA's first second to its last, so that a forgotten renewal locks nobody out.
  [[nodiscard]] std::string empty_crl() const;

 private:
  CertificateAuthority(Certificate certificate, SigningKey key);

  Certificate certificate_;
  SigningKey key_;
};

}  // namespace flotilla::crypto
