// The client of the operator API over a Unix socket: one connection for each request, one thread, blocking.
#pragma once

#include <string>

#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::api {

class ApiClient {
 public:
  explicit ApiClient(std::string socket_path, unsigned timeout_seconds = 30)
      : socket_path_(std::move(socket_path)), timeout_seconds_(timeout_seconds) {}

  // The JSON of a reply with status 2xx. Unavailable where nobody answers in time; else the daemon's own error.
  [[nodiscard]] Result<std::string, Error> get(const std::string& target) const;
  [[nodiscard]] Result<std::string, Error> post(const std::string& target, const std::string& body,
                                                const std::string& content_type = "application/json") const;
  [[nodiscard]] Result<std::string, Error> put(const std::string& target, const std::string& body,
                                               const std::string& content_type) const;
  [[nodiscard]] Result<std::string, Error> remove(const std::string& target) const;

 private:
  std::string socket_path_;
  unsigned timeout_seconds_;
};

}  // namespace flotilla::api
