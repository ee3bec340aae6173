// Orders as devices get them: a Command, signed by the daemon's command key.
#pragma once

#include "daemon/crypto/signing_key.h"
#include "daemon/service/ports.h"

namespace flotilla::daemon {

class KeyCommandSigner final : public service::CommandSigner {
 public:
  explicit KeyCommandSigner(crypto::SigningKey key) : key_(std::move(key)) {}

  // Equal orders give equal payloads; the signature differs each time. Internal when the envelope would not fit a
  // device's receive buffer.
  Result<std::string, Error> sign(const core::Order& order, const std::string& device,
                                  const std::string& signed_manifest, const Digest& file) override;

 private:
  crypto::SigningKey key_;
};

}  // namespace flotilla::daemon
