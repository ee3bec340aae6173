// A folder of files that appears whole or not at all: written beside its place, then renamed into it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/crypto/files.h"

namespace flotilla::authority {

// The folder's absolute path, without "." and "..", without a slash at its end.
[[nodiscard]] std::filesystem::path absolute_folder(const std::filesystem::path& folder);

class FileSet {
 public:
  // `folder` is absolute.
  explicit FileSet(std::filesystem::path folder);

  // Paths are relative to the folder.
  void add_private(const std::filesystem::path& path, std::string bytes);
  void add_public(const std::filesystem::path& path, std::string bytes);
  void add_folder(const std::filesystem::path& path);

  // Conflict when the folder is there and not empty.
  [[nodiscard]] Result<Unit, Error> write() const;
  // What is in the folder's place goes to `<folder>.previous`, in place of what was there before.
  [[nodiscard]] Result<Unit, Error> replace() const;

 private:
  struct File {
    std::filesystem::path path;
    std::string bytes;
    crypto::Access access = crypto::Access::Private;
  };

  [[nodiscard]] std::filesystem::path beside(const char* suffix) const;
  [[nodiscard]] Result<Unit, Error> write_beside() const;

  std::filesystem::path folder_;
  std::vector<File> files_;
  std::vector<std::filesystem::path> folders_;
};

}  // namespace flotilla::authority
