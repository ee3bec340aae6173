#include "daemon/catalog/file_catalog.h"

#include <cerrno>
#include <sys/stat.h>
#include <system_error>

#include "daemon/crypto/files.h"
#include "daemon/crypto/sha256.h"

namespace flotilla::catalog {
namespace {

std::int64_t nanoseconds(const timespec& time) { return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec; }

}  // namespace

Result<Unit, Error> FileCatalog::open() { return crypto::create_private_folder(folder_); }

std::string FileCatalog::path(const Digest& sha256) const {
  return folder_ + "/" + std::string(to_hex(sha256).view()) + ".bin";
}

bool FileCatalog::state_of(const std::string& path, FileState& out) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return false;
  out = {status.st_dev, status.st_ino, status.st_size, nanoseconds(status.st_mtim), nanoseconds(status.st_ctim)};
  return true;
}

Result<Unit, Error> FileCatalog::put(const Digest& sha256, const std::string& image) {
  if (crypto::sha256(ByteView(std::string_view(image))) != sha256) {
    return Error{ErrorCode::Corrupt, "the image does not have the digest " + std::string(to_hex(sha256).view()), {}};
  }
  const std::lock_guard lock(put_mutex_);
  if (check(sha256).ok()) return Unit{};
  auto stored = crypto::replace_file(path(sha256), image, crypto::Access::Private);
  if (!stored.ok()) return stored.error();
  return check(sha256);
}

Result<Unit, Error> FileCatalog::check(const Digest& sha256) {
  const std::string file = path(sha256);
  FileState before;
  if (!state_of(file, before)) {
    return Error{ErrorCode::Corrupt, "image " + file + " cannot be read: " + std::generic_category().message(errno),
                 "add the release again: flotilla release add BUNDLE"};
  }
  {
    const std::lock_guard lock(mutex_);
    const auto known = good_.find(sha256);
    if (known != good_.end() && known->second == before) return Unit{};
  }
  const auto digest = crypto::sha256_file(file);
  if (!digest.ok()) return Error{ErrorCode::Corrupt, digest.error().message, digest.error().hint};
  if (digest.value() != sha256) {
    return Error{
        ErrorCode::Corrupt,
        "image " + file + " was changed on the disk: its SHA-256 is " + std::string(to_hex(digest.value()).view()),
        "look for who writes there or whether the disk fails, then: flotilla release add BUNDLE"};
  }
  // Remembered only if nobody wrote while it was read.
  FileState after;
  if (state_of(file, after) && after == before) {
    const std::lock_guard lock(mutex_);
    good_[sha256] = before;
  }
  return Unit{};
}

}  // namespace flotilla::catalog
