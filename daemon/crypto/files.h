// Whole files, private or public. Errors name the path and the system's reason.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::crypto {

inline constexpr std::size_t kSmallFile = 256 * 1024;  // bytes; keys, certificates and trust stores are far below

enum class Access : std::uint8_t {
  Private,  // mode 0600
  Public,   // mode 0644
};

// Refused when the file is longer than `limit` bytes.
[[nodiscard]] Result<std::string, Error> read_file(const std::filesystem::path& path, std::size_t limit = kSmallFile);

// As read_file(); Refused when group or others may read it too.
[[nodiscard]] Result<std::string, Error> read_private_file(const std::filesystem::path& path,
                                                           std::size_t limit = kSmallFile);

// Durable when it returns. Conflict when the path exists already: nothing is overwritten.
[[nodiscard]] Result<Unit, Error> create_file(const std::filesystem::path& path, std::string_view bytes, Access access);

// Durable when it returns; a crash leaves the old file or the new one, whole.
[[nodiscard]] Result<Unit, Error> replace_file(const std::filesystem::path& path, std::string_view bytes,
                                               Access access);

// Makes a rename of `path` durable.
[[nodiscard]] Result<Unit, Error> sync_name(const std::filesystem::path& path);

// Held until it goes; the kernel lets go of it when the process dies.
class FolderLock {
 public:
  explicit FolderLock(int fd) : fd_(fd) {}
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept;
  FolderLock& operator=(FolderLock&&) = delete;
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

// Waits until no other process holds the folder's lock.
[[nodiscard]] Result<FolderLock, Error> lock_folder(const std::filesystem::path& path);

// Folders that are missing are made, mode 0700.
[[nodiscard]] Result<Unit, Error> create_private_folder(const std::filesystem::path& path);

}  // namespace flotilla::crypto
