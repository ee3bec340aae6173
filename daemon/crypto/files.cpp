#include "daemon/crypto/files.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace flotilla::crypto {
namespace {

namespace fs = std::filesystem;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  [[nodiscard]] bool open() const { return fd_ >= 0; }
  [[nodiscard]] int get() const { return fd_; }
  bool reset() { return fd_ < 0 || ::close(std::exchange(fd_, -1)) == 0; }

 private:
  int fd_;
};

Error system_error(const char* what, const fs::path& path) {
  const int number = errno;
  ErrorCode code = ErrorCode::Unavailable;
  if (number == ENOENT) code = ErrorCode::NotFound;
  if (number == EEXIST) code = ErrorCode::Conflict;
  if (number == EACCES || number == EPERM) code = ErrorCode::Refused;
  return {code, std::string("cannot ") + what + " " + path.string() + ": " + std::strerror(number), {}};
}

Result<std::string, Error> read_open(const FileDescriptor& file, const fs::path& path, std::size_t limit) {
  std::string bytes;
  char piece[16 * 1024];
  for (;;) {
    const ssize_t count = ::read(file.get(), piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error("read", path);
    if (count == 0) return bytes;
    bytes.append(piece, static_cast<std::size_t>(count));
    if (bytes.size() > limit) {
      return Error{ErrorCode::Refused,
                   path.string() + " is longer than the " + std::to_string(limit) + " bytes allowed",
                   "is it the right file?"};
    }
  }
}

bool write_all(const FileDescriptor& file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(file.get(), bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// The name of a new file is durable once its folder is.
bool sync_folder(const fs::path& file_path) {
  const fs::path folder = file_path.has_parent_path() ? file_path.parent_path() : fs::path(".");
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.open() && ::fsync(fd.get()) == 0;
}

// Leaves no half-written file behind.
Result<Unit, Error> write_new(const fs::path& path, std::string_view bytes, Access access) {
  const mode_t mode = access == Access::Private ? 0600 : 0644;
  FileDescriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.open()) return system_error("create", path);
  // The umask may only take away; what is public has to be readable by mosquitto's own user.
  if (::fchmod(file.get(), mode) != 0 || !write_all(file, bytes) || ::fsync(file.get()) != 0 || !file.reset()) {
    const Error error = system_error("write", path);
    ::unlink(path.c_str());
    return error;
  }
  return Unit{};
}

}  // namespace

Result<std::string, Error> read_file(const fs::path& path, std::size_t limit) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) return system_error("read", path);
  return read_open(file, path, limit);
}

Result<std::string, Error> read_private_file(const fs::path& path, std::size_t limit) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file.open() || ::fstat(file.get(), &status) != 0) return system_error("read", path);
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{ErrorCode::Refused, path.string() + " holds a secret, but others than its owner have access to it",
                 "run: chmod 600 " + path.string()};
  }
  return read_open(file, path, limit);
}

Result<Unit, Error> create_file(const fs::path& path, std::string_view bytes, Access access) {
  auto written = write_new(path, bytes, access);
  if (!written) return written;
  return sync_name(path);
}

Result<Unit, Error> replace_file(const fs::path& path, std::string_view bytes, Access access) {
  fs::path fresh = path;
  fresh += ".new";
  if (::unlink(fresh.c_str()) != 0 && errno != ENOENT) return system_error("replace", fresh);
  auto written = write_new(fresh, bytes, access);
  if (!written) return written;
  if (::rename(fresh.c_str(), path.c_str()) != 0 || !sync_folder(path)) return system_error("replace", path);
  return written;
}

Result<Unit, Error> sync_name(const fs::path& path) {
  if (!sync_folder(path)) return system_error("store the folder of", path);
  return Unit{};
}

FolderLock::FolderLock(FolderLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

FolderLock::~FolderLock() {
  if (fd_ >= 0) ::close(fd_);
}

Result<FolderLock, Error> lock_folder(const fs::path& path) {
  FolderLock lock(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock.fd() < 0 || ::flock(lock.fd(), LOCK_EX) != 0) return system_error("lock", path);
  return lock;
}

Result<Unit, Error> create_private_folder(const fs::path& path) {
  if (path.empty() || fs::is_directory(path)) return Unit{};
  if (path.has_parent_path()) {
    if (auto parent = create_private_folder(path.parent_path()); !parent) return parent;
  }
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return system_error("create the folder", path);
  return Unit{};
}

}  // namespace flotilla::crypto
