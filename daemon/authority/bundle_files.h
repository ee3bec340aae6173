// Firmware files and bundles on the disk, and what a bundle on the disk is worth.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/messages.h"
#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::authority {

// Refused above the 4 MiB that a board's whole flash has.
[[nodiscard]] Result<std::string, Error> read_firmware(const std::filesystem::path& path);

// Conflict when the file is there: a bundle that may be in use is not replaced.
[[nodiscard]] Result<Unit, Error> check_new_bundle(const std::filesystem::path& path);
[[nodiscard]] Result<Unit, Error> write_bundle(const std::filesystem::path& path, const std::string& bytes);

struct SignatureJudgement {
  std::string key_id;        // 16 hexadecimal digits
  bool release_key = false;  // of the trust store
};

// A bundle whose structure and digest hold.
struct BundleJudgement {
  Manifest manifest;
  std::vector<SignatureJudgement> signatures;
  std::uint32_t trust_version = 0;
  std::optional<Error> refusal;  // unset: devices and daemon accept its signatures
};

// Corrupt when the bundle or the trust store cannot be read for what it should be.
[[nodiscard]] Result<BundleJudgement, Error> judge_bundle(const std::filesystem::path& bundle,
                                                          const std::filesystem::path& trust);

}  // namespace flotilla::authority
