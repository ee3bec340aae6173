// What a device brings into a TLS handshake: its key and certificate, and the authority it trusts. Copies the
// provisioning's bytes, so it outlives the block.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <bearssl.h>

#include "common/messages.h"

namespace flotilla {

class TlsIdentity {
 public:
  // nullptr when a certificate cannot be read; `problem` then says which.
  static std::shared_ptr<const TlsIdentity> make(const Provisioning& provisioning, std::string& problem);
  ~TlsIdentity() = default;
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;

  [[nodiscard]] const br_x509_trust_anchor& anchor() const { return anchor_; }
  [[nodiscard]] const br_x509_certificate& certificate() const { return certificate_; }
  [[nodiscard]] const br_ec_private_key& key() const { return key_; }
  [[nodiscard]] unsigned issuer_key_type() const { return anchor_.pkey.key_type; }

 private:
  TlsIdentity() = default;
  bool read_anchor(ByteView der);

  std::vector<std::uint8_t> certificate_bytes_;
  std::vector<std::uint8_t> anchor_name_;
  std::vector<std::uint8_t> anchor_key_;       // EC point, or RSA modulus
  std::vector<std::uint8_t> anchor_exponent_;  // RSA only
  std::array<std::uint8_t, 32> scalar_{};
  br_x509_trust_anchor anchor_{};
  br_x509_certificate certificate_{};
  br_ec_private_key key_{};
};

}  // namespace flotilla
