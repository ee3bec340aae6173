#include "daemon/catalog/config_files.h"

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <system_error>

#include "daemon/crypto/files.h"
#include "daemon/crypto/sha256.h"
#include "daemon/log/log.h"

namespace flotilla::catalog {
namespace {

const log::Logger kLog("configs");

constexpr const char* kSuffix = ".provisioning";

void remove_file(const std::string& path) {
  if (std::remove(path.c_str()) == 0 || errno == ENOENT) return;
  kLog.error("{} is not needed any more and cannot be removed: {}; it holds secrets, remove it by hand", path,
             std::generic_category().message(errno));
}

}  // namespace

Result<Unit, Error> FileConfigs::open() { return crypto::create_private_folder(folder_); }

std::string FileConfigs::path(const Digest& sha256) const {
  return folder_ + "/" + std::string(to_hex(sha256).view()) + kSuffix;
}

Result<Unit, Error> FileConfigs::put(const Digest& sha256, const std::string& content) {
  if (crypto::sha256(ByteView(std::string_view(content))) != sha256) {
    return Error{ErrorCode::Corrupt, "the configuration does not have the digest " + path(sha256), {}};
  }
  return crypto::replace_file(path(sha256), content, crypto::Access::Private);
}

Result<Unit, Error> FileConfigs::check(const Digest& sha256) {
  const auto digest = crypto::sha256_file(path(sha256));
  if (!digest.ok()) return Error{ErrorCode::Corrupt, digest.error().message, digest.error().hint};
  if (digest.value() == sha256) return Unit{};
  return Error{ErrorCode::Corrupt, "configuration " + path(sha256) + " was changed on the disk",
               "look for who writes there or whether the disk fails, then order it again"};
}

void FileConfigs::remove(const Digest& sha256) { remove_file(path(sha256)); }

void FileConfigs::keep_only(const std::set<Digest>& needed) {
  std::set<std::string> paths;
  for (const Digest& sha256 : needed) paths.insert(path(sha256));
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator(folder_, failed)) {
    // Whatever else lies here is a write that was cut off: the folder is ours alone.
    if (paths.count(entry.path().string()) == 0) remove_file(entry.path().string());
  }
  if (failed) kLog.warning("{} cannot be searched for old configurations: {}", folder_, failed.message());
}

}  // namespace flotilla::catalog
