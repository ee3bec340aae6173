#include "daemon/sqlite/lock_file.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <system_error>
#include <unistd.h>

namespace flotilla::sqlite {
namespace {

std::string system_text() { return std::generic_category().message(errno); }

std::string owner_of(int fd) {
  std::array<char, 24> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size(), 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "unknown";
}

}  // namespace

Result<LockFile, Error> LockFile::take(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) {
    return Error{ErrorCode::Unavailable, "cannot open " + path + ": " + system_text(),
                 "let the data directory belong to the user that runs flotillad"};
  }
  LockFile lock(fd);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Error{ErrorCode::Unavailable, "cannot lock " + path + ": " + system_text(), {}};
    return Error{ErrorCode::Conflict,
                 "another flotillad (process " + owner_of(fd) + ") uses this data already: " + path,
                 "stop it, or give this one another --data-dir"};
  }
  const std::string pid = std::to_string(::getpid());
  // Only for the message above: a lock without a readable owner is a lock all the same.
  if (::ftruncate(fd, 0) == 0 && ::pwrite(fd, pid.data(), pid.size(), 0) < 0) return lock;
  return lock;
}

LockFile::~LockFile() {
  if (fd_ >= 0) ::close(fd_);
}

}  // namespace flotilla::sqlite
