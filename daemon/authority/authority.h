// The authority: the folder with the CA's, the root's and the release keys. It needs no daemon and no network.
// Every call reads what it needs, so that secrets are in memory no longer than they are used.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "common/result.h"
#include "daemon/authority/layout.h"
#include "daemon/authority/settings.h"
#include "daemon/core/error.h"
#include "daemon/crypto/certificate.h"
#include "daemon/crypto/signing_key.h"
#include "daemon/crypto/trust_file.h"

namespace flotilla::authority {

class Authority {
 public:
  // `path` is the folder that `flotilla init` made, or the folder `authority` in it. NotFound when it is neither.
  [[nodiscard]] static Result<Authority, Error> open(const std::filesystem::path& path);

  [[nodiscard]] const AuthorityFiles& files() const { return files_; }
  [[nodiscard]] const FleetSettings& fleet() const { return state_.fleet; }
  [[nodiscard]] std::uint32_t next_release_counter() const { return state_.next_release_counter; }
  // Where boards are enrolled when nothing else is said: beside the authority's folder.
  [[nodiscard]] std::filesystem::path devices_folder() const;

  [[nodiscard]] Result<crypto::CertificateAuthority, Error> open_ca() const;
  [[nodiscard]] Result<crypto::SigningKey, Error> open_release_key(const std::string& name) const;
  [[nodiscard]] std::filesystem::path trust_file() const { return files_.trust(state_.trust_version); }
  [[nodiscard]] Result<crypto::SignedTrustStore, Error> trust() const;

  // Takes the next release counter, or the one wanted; it is spent durably before this returns. Two processes never get
  // the same one unasked.
  [[nodiscard]] Result<std::uint32_t, Error> take_release_counter(std::optional<std::uint32_t> wanted);

 private:
  Authority(AuthorityFiles files, AuthorityState state);
  [[nodiscard]] Result<Unit, Error> reload();

  AuthorityFiles files_;
  AuthorityState state_;
};

}  // namespace flotilla::authority
