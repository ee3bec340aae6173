// SHA-256 (FIPS 180-4) of bytes, streams and files.
#pragma once

#include <filesystem>
#include <memory>

#include "common/bytes.h"
#include "common/digest.h"
#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::crypto {

// One running hash; not for two threads at once. Throws std::runtime_error when OpenSSL has no memory.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(ByteView bytes);
  // The digest of everything given so far; the hash then starts anew.
  [[nodiscard]] Digest finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] Digest sha256(ByteView bytes);

// Reads the file in pieces of 64 KiB.
[[nodiscard]] Result<Digest, Error> sha256_file(const std::filesystem::path& path);

}  // namespace flotilla::crypto
