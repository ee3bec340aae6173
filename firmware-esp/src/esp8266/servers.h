// Who the board talks to and as whom, from its provisioning. Copies what it keeps, so the provisioning's buffer may go.
#pragma once

#include <BearSSLHelpers.h>

#include "common/messages.h"

namespace flotilla {

struct Servers {
  FixedString<63> name;                       // as in both servers' certificates
  FixedVector<FixedString<63>, 4> addresses;  // host names or IPv4, tried in turn
};

// The certificates and the key for TLS, on the heap (about 2 KB).
class TlsIdentity {
 public:
  // false: a certificate cannot be read.
  [[nodiscard]] bool load(const Provisioning& provisioning);

  [[nodiscard]] const BearSSL::X509List& anchor() const { return anchor_; }
  [[nodiscard]] const BearSSL::X509List& certificate() const { return certificate_; }
  [[nodiscard]] const BearSSL::PrivateKey& key() const { return key_; }
  [[nodiscard]] unsigned issuer_key_type() const { return anchor_.getTrustAnchors()->pkey.key_type; }

 private:
  BearSSL::X509List anchor_;
  BearSSL::X509List certificate_;
  BearSSL::PrivateKey key_;
};

}  // namespace flotilla
