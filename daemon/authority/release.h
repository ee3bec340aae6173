// Signing releases with the authority's release keys, and judging bundles.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "daemon/authority/authority.h"
#include "daemon/bundle/bundle.h"
#include "daemon/core/error.h"

namespace flotilla::authority {

struct ReleaseRequest {
  std::string name;      // of the firmware file, for messages
  std::string firmware;  // its bytes: a whole firmware file or a bare image
  std::string version;
  std::string product;                       // empty: the fleet's
  std::vector<std::string> hardware;         // 1 to kMaxHardware
  std::optional<std::uint32_t> counter;      // unset: the authority's next
  std::uint32_t security_floor = 0;          // at most the counter
  std::string minimum_version;               // empty: from any version
  std::vector<std::string> keys{"release"};  // 1 to kMaxReleaseSignatures
  std::uint64_t now = 0;                     // seconds since 1970
};

struct SignedRelease {
  Manifest manifest;
  std::string bundle;    // the file's bytes
  bool trusted = false;  // the fleet's trust store accepts its signatures
};

// Nothing is spent when the request is refused.
[[nodiscard]] Result<SignedRelease, Error> sign_release(Authority& authority, const ReleaseRequest& request);

struct NewReleaseKey {
  std::filesystem::path key;
  std::filesystem::path public_key;
  std::string id;  // 16 hexadecimal digits
};

// A further release key. It counts for nobody until a trust store names it. Conflict when the name is taken.
[[nodiscard]] Result<NewReleaseKey, Error> make_release_key(const Authority& authority, const std::string& name);

}  // namespace flotilla::authority
