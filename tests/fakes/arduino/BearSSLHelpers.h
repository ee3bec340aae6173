// See fake_core.h.
#pragma once

#include <cstdint>
#include <string>

#include <bearssl/bearssl.h>

namespace BearSSL {

class X509List {
 public:
  bool append(const std::uint8_t* der, std::size_t size) {
    der_.assign(der, der + size);
    return size > 1;
  }
  [[nodiscard]] const br_x509_trust_anchor* getTrustAnchors() const { return &anchor_; }

 private:
  std::string der_;
  br_x509_trust_anchor anchor_{};
};

class PrivateKey {
 public:
  bool parse(const std::uint8_t*, std::size_t size) { return size != 0; }
};

class Session {};

}  // namespace BearSSL
