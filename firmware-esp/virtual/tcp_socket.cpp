#include "firmware-esp/virtual/tcp_socket.h"

#include <cerrno>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace flotilla {
namespace {

TcpSocket::Io outcome(ssize_t result, std::size_t& moved) {
  moved = result > 0 ? static_cast<std::size_t>(result) : 0;
  if (result > 0) return TcpSocket::Io::Moved;
  if (result < 0 && (errno == EAGAIN || errno == EINTR)) return TcpSocket::Io::WouldBlock;
  return TcpSocket::Io::Closed;
}

}  // namespace

bool TcpSocket::connect(const std::string& host, std::uint16_t port) {
  close();
  addrinfo hints{};
  hints.ai_family = AF_INET;  // the chip's stack has no IPv6
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(found, ::freeaddrinfo);

  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  const int one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  if (::connect(fd_, found->ai_addr, found->ai_addrlen) == 0 || errno == EINPROGRESS) return true;
  close();
  return false;
}

TcpSocket::Progress TcpSocket::connecting() const {
  if (fd_ < 0) return Progress::Failed;
  pollfd waiting{fd_, POLLOUT, 0};
  if (::poll(&waiting, 1, 0) <= 0) return Progress::Pending;
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) return Progress::Failed;
  return Progress::Connected;
}

TcpSocket::Io TcpSocket::receive(std::uint8_t* out, std::size_t capacity, std::size_t& moved) {
  return outcome(::recv(fd_, out, capacity, 0), moved);
}

TcpSocket::Io TcpSocket::send(const std::uint8_t* bytes, std::size_t size, std::size_t& moved) {
  return outcome(::send(fd_, bytes, size, MSG_NOSIGNAL), moved);
}

void TcpSocket::close() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

}  // namespace flotilla
