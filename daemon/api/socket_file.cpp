#include "daemon/api/socket_file.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <pwd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace flotilla::api {
namespace {

constexpr mode_t kMode = 0660;
constexpr int kBacklog = 64;

Error system_error(const std::string& path, const char* step) {
  return {ErrorCode::Unavailable, "the API's socket " + path + ": " + step + ": " + std::strerror(errno),
          "may flotillad write to that folder? --socket names another place"};
}

Result<sockaddr_un, Error> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return Error{ErrorCode::InvalidArgument,
                 "the API's socket needs a path of 1 to " + std::to_string(sizeof address.sun_path - 1) + " bytes; \"" +
                     path + "\" has " + std::to_string(path.size()),
                 "choose a shorter one with --socket"};
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

int open_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

const sockaddr* generic(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

// Only a refused connection proves that nobody listens; a full backlog (EAGAIN) is somebody.
bool answered(const sockaddr_un& address) {
  const int probe = open_socket();
  if (probe < 0) return true;
  const bool refused = ::connect(probe, generic(address), sizeof address) != 0 && errno == ECONNREFUSED;
  ::close(probe);
  return !refused;
}

Result<Unit, Error> make_room(const std::string& path, const sockaddr_un& address) {
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0) return Unit{};
  if (!S_ISSOCK(file.st_mode)) {
    return Error{ErrorCode::Conflict, path + " is there already and is no socket",
                 "move it away, or choose another place with --socket"};
  }
  if (answered(address)) {
    return Error{ErrorCode::Conflict, "another flotillad answers on " + path,
                 "stop it first, or choose another place with --socket"};
  }
  if (::unlink(path.c_str()) != 0) return system_error(path, "removing a stale socket");
  return Unit{};
}

}  // namespace

SocketFile::~SocketFile() {
  if (fd_ >= 0) ::close(fd_);
  remove();
}

SocketFile::SocketFile(SocketFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      path_(std::exchange(other.path_, {})),
      device_(other.device_),
      inode_(other.inode_) {}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(path_, other.path_);
  std::swap(device_, other.device_);
  std::swap(inode_, other.inode_);
  return *this;
}

Result<SocketFile, Error> SocketFile::listen(const std::string& path) {
  const auto address = address_of(path);
  if (!address.ok()) return address.error();
  if (auto room = make_room(path, *address); !room.ok()) return room.error();
  SocketFile made;
  made.fd_ = open_socket();
  if (made.fd_ < 0) return system_error(path, "socket");
  if (::bind(made.fd_, generic(*address), sizeof(sockaddr_un)) != 0) return system_error(path, "bind");
  struct stat file {};
  if (::lstat(path.c_str(), &file) != 0) return system_error(path, "stat");
  made.path_ = path;
  made.device_ = file.st_dev;
  made.inode_ = file.st_ino;
  // The rights come before listen(): until then every connection is refused.
  if (::chmod(path.c_str(), kMode) != 0) return system_error(path, "chmod");
  if (::listen(made.fd_, kBacklog) != 0) return system_error(path, "listen");
  return made;
}

int SocketFile::release() { return std::exchange(fd_, -1); }

void SocketFile::remove() {
  struct stat file {};
  if (!path_.empty() && ::lstat(path_.c_str(), &file) == 0 && file.st_dev == device_ && file.st_ino == inode_) {
    ::unlink(path_.c_str());
  }
  path_.clear();
}

std::string peer_name(int fd) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return "unknown";
  passwd account{};
  passwd* found = nullptr;
  std::array<char, 4096> buffer{};
  if (::getpwuid_r(peer.uid, &account, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return "uid:" + std::to_string(peer.uid);
}

}  // namespace flotilla::api
