// An ImageSource over a folder, and the events it leads to.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "daemon/crypto/sha256.h"
#include "daemon/https/image_source.h"
#include "tests/support/temp_dir.h"

namespace flotilla::fakes {

// Thread-safe.
class FolderImages final : public https::ImageSource, public https::ImageEvents {
 public:
  Digest add(const std::string& bytes) {
    const Digest digest = crypto::sha256(ByteView(std::string_view(bytes)));
    test::write_file(path(digest), bytes);
    return digest;
  }

  std::string path(const Digest& image) override { return dir_.file(to_hex(image).view()); }
  Result<Unit, Error> check(const Digest& image) override {
    {
      const std::lock_guard lock(mutex_);
      ++checks_;
    }
    const std::string bytes = test::read_file(path(image));
    if (crypto::sha256(ByteView(std::string_view(bytes))) == image) return Unit{};
    return Error{ErrorCode::Corrupt, "the bytes do not have the digest", "add it again"};
  }
  void image_unusable(const Digest&, const std::string& what) override {
    const std::lock_guard lock(mutex_);
    unusable_.push_back(what);
  }

  [[nodiscard]] std::size_t checks() const {
    const std::lock_guard lock(mutex_);
    return checks_;
  }
  [[nodiscard]] std::vector<std::string> unusable() const {
    const std::lock_guard lock(mutex_);
    return unusable_;
  }

 private:
  test::TempDir dir_;
  mutable std::mutex mutex_;
  std::size_t checks_ = 0;
  std::vector<std::string> unusable_;
};

}  // namespace flotilla::fakes
