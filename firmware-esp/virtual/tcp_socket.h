// One non-blocking TCP connection at a time. Closing it is abrupt from the peer's view only as TCP makes it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace flotilla {

class TcpSocket {
 public:
  enum class Io : std::uint8_t { Moved, WouldBlock, Closed };

  TcpSocket() = default;
  ~TcpSocket() { close(); }
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  // Begins to connect to a host name or an IPv4 address. false when that failed at once. A host name that is not in the
  // hosts file blocks for as long as the resolver takes.
  bool connect(const std::string& host, std::uint16_t port);
  // Whether the connection has been made, has failed, or is still being made.
  enum class Progress : std::uint8_t { Pending, Connected, Failed };
  [[nodiscard]] Progress connecting() const;
  Io receive(std::uint8_t* out, std::size_t capacity, std::size_t& moved);
  Io send(const std::uint8_t* bytes, std::size_t size, std::size_t& moved);
  void close();
  [[nodiscard]] int fd() const { return fd_; }  // -1 when closed

 private:
  int fd_ = -1;
};

}  // namespace flotilla
