// Images as files: <folder>/<sha256 in hexadecimal>.bin.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "daemon/service/ports.h"

namespace flotilla::catalog {

// Thread-safe: the engine and the image server check, the operator API puts.
class FileCatalog final : public service::ImageCatalog {
 public:
  explicit FileCatalog(std::string folder) : folder_(std::move(folder)) {}

  // Makes the folder where it is missing.
  Result<Unit, Error> open();

  // Where the image lies, whether it is there or not.
  [[nodiscard]] std::string path(const Digest& sha256) const;

  // Replaces a file that is damaged.
  Result<Unit, Error> put(const Digest& sha256, const std::string& image) override;
  // Reads the file once for each state of it (inode, size, times): a change on the disk is seen at the next call.
  Result<Unit, Error> check(const Digest& sha256) override;

 private:
  struct FileState {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::int64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;
    friend bool operator==(const FileState&, const FileState&) = default;
  };
  static bool state_of(const std::string& path, FileState& out);

  const std::string folder_;
  std::mutex put_mutex_;
  std::mutex mutex_;
  std::map<Digest, FileState> good_;  // guarded by mutex_: files that were read and had their digest
};

}  // namespace flotilla::catalog
