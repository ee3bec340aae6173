// The Unix socket's file: made with its rights before anybody can connect, stale ones replaced, removed at the end.
#pragma once

#include <string>

#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::api {

// A listening socket and its file. Owns both.
class SocketFile {
 public:
  SocketFile() = default;
  ~SocketFile();
  SocketFile(SocketFile&& other) noexcept;
  SocketFile& operator=(SocketFile&& other) noexcept;
  SocketFile(const SocketFile&) = delete;
  SocketFile& operator=(const SocketFile&) = delete;

  static Result<SocketFile, Error> listen(const std::string& path);

  // Hands the descriptor over: the caller closes it. The file stays ours.
  [[nodiscard]] int release();
  // Removes the file, unless it is another one by now.
  void remove();

 private:
  int fd_ = -1;
  std::string path_;  // empty: no file
  unsigned long device_ = 0;
  unsigned long inode_ = 0;
};

// The Unix user at the other end of a connected Unix socket: the account's name, else "uid:1000", else "unknown".
[[nodiscard]] std::string peer_name(int fd);

}  // namespace flotilla::api
