// HTTP/1.1 over a Unix socket, for operators on this machine. The socket belongs to the daemon's user and group, mode
// 0660. One thread serves the connections and two run the handler, so a slow or broken client holds up nobody: it has
// 15 s for its header, 15 s for its body, 15 s to take the reply.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "common/result.h"
#include "daemon/api/http.h"
#include "daemon/core/error.h"

namespace flotilla::api {

struct ServerConfig {
  std::string socket_path;
  unsigned step_seconds = 15;        // for each of: a header, a body, taking a reply
  std::size_t max_connections = 64;  // one more is answered with 503 and closed
};

class ApiServer {
 public:
  ApiServer(ServerConfig config, HttpHandler handler);
  ~ApiServer();  // stops
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Listening when it returns. Conflict where another daemon answers on that path; a socket nobody answers on is
  // replaced, any other kind of file is left alone and refused.
  Result<Unit, Error> start();
  // Waits for running handlers, gives their replies 2 s to leave, closes, removes the socket. Idempotent.
  void stop();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::api
