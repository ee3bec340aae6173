// A request and its reply as the server hands them over: no HTTP library shows.
#pragma once

#include <functional>
#include <string>

namespace flotilla::api {

inline constexpr std::size_t kMaxBundleBody = 1'258'291;  // 1.2 MiB: the largest image with its signed manifest
inline constexpr std::size_t kMaxConfigBody = 4096;       // what a device fetches at most
inline constexpr std::size_t kMaxJsonBody = 256 * 1024;   // a rollout that names every device

struct HttpRequest {
  std::string method;        // "GET"
  std::string target;        // path and query as sent
  std::string content_type;  // empty: not given
  std::string body;
  std::string actor;  // the Unix user at the other end: its name, or "uid:1000"
};

struct HttpReply {
  int status = 200;
  std::string body;   // JSON
  std::string allow;  // with 405
};

// Called on the server's worker threads, several at a time. Must not throw.
using HttpHandler = std::function<HttpReply(const HttpRequest&)>;

}  // namespace flotilla::api
