// One process at a time: an flock on a file that holds the owner's process id. The system drops it when the process dies.
#pragma once

#include <string>
#include <utility>

#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::sqlite {

class LockFile {
 public:
  // Conflict, naming the other process, when it is taken.
  static Result<LockFile, Error> take(const std::string& path);
  ~LockFile();
  LockFile(LockFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  LockFile& operator=(LockFile&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  LockFile(const LockFile&) = delete;
  LockFile& operator=(const LockFile&) = delete;

 private:
  explicit LockFile(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace flotilla::sqlite
