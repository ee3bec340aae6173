#include "daemon/api/client.h"

#include <chrono>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "daemon/api/json.h"

namespace flotilla::api {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using Protocol = asio::local::stream_protocol;

namespace {

constexpr std::uint64_t kMaxReply = 256ULL * 1024 * 1024;  // a fleet of 100 000 devices

// Connect, write, read: each step starts the next; the code of the step that failed stays.
class Exchange {
 public:
  Exchange(http::request<http::string_body> request, unsigned seconds) : request_(std::move(request)), stream_(io_) {
    parser_.body_limit(kMaxReply);
    stream_.expires_after(std::chrono::seconds(seconds));
  }

  boost::system::error_code run(const Protocol::endpoint& daemon) {
    stream_.async_connect(daemon, [this](boost::system::error_code code) {
      code_ = code;
      if (!code) write();
    });
    io_.run();
    return code_;
  }
  const http::response<http::string_body>& response() { return parser_.get(); }

 private:
  // A daemon that refuses a body may stop reading it and answer: the reply counts, not the broken pipe.
  void write() {
    http::async_write(stream_, request_, [this](boost::system::error_code code, std::size_t) {
      code_ = code;
      if (!code || code == asio::error::broken_pipe) read();
    });
  }
  void read() {
    http::async_read(stream_, buffer_, parser_, [this](boost::system::error_code code, std::size_t) { code_ = code; });
  }

  http::request<http::string_body> request_;
  asio::io_context io_{1};
  beast::basic_stream<Protocol> stream_;
  beast::flat_buffer buffer_;
  http::response_parser<http::string_body> parser_;
  boost::system::error_code code_;
};

Error unreachable(const std::string& path, const boost::system::error_code& code) {
  if (code == asio::error::no_permission) {
    return {ErrorCode::Unavailable, "no permission to talk to flotillad on " + path,
            "become a member of the group that owns the socket, or use sudo"};
  }
  if (code == beast::error::timeout) {
    return {ErrorCode::Unavailable, "flotillad on " + path + " did not answer in time", "its log says what it is at"};
  }
  return {ErrorCode::Unavailable, "flotillad does not answer on " + path + ": " + code.message(),
          "start it (systemctl start flotillad, or flotillad --config FILE), or name its socket with --socket or "
          "FLOTILLA_SOCKET"};
}

Result<std::string, Error> exchange(const std::string& path, unsigned seconds,
                                    http::request<http::string_body> request) {
  if (path.empty() || path.size() >= sizeof(sockaddr_un::sun_path)) {
    return Error{ErrorCode::InvalidArgument, "\"" + path + "\" cannot be a Unix socket's path", "--socket names it"};
  }
  request.set(http::field::host, "flotilla");
  request.keep_alive(false);
  request.prepare_payload();
  Exchange step(std::move(request), seconds);
  if (const auto code = step.run(Protocol::endpoint(path))) return unreachable(path, code);
  const auto& response = step.response();
  const int status = static_cast<int>(response.result_int());
  if (status < 200 || status > 299) return error_from_json_text(response.body(), status);
  return response.body();
}

}  // namespace

Result<std::string, Error> ApiClient::get(const std::string& target) const {
  return exchange(socket_path_, timeout_seconds_, {http::verb::get, target, 11});
}

Result<std::string, Error> ApiClient::post(const std::string& target, const std::string& body,
                                           const std::string& content_type) const {
  http::request<http::string_body> request{http::verb::post, target, 11, body};
  request.set(http::field::content_type, content_type);
  return exchange(socket_path_, timeout_seconds_, std::move(request));
}

Result<std::string, Error> ApiClient::put(const std::string& target, const std::string& body,
                                          const std::string& content_type) const {
  http::request<http::string_body> request{http::verb::put, target, 11, body};
  request.set(http::field::content_type, content_type);
  return exchange(socket_path_, timeout_seconds_, std::move(request));
}

Result<std::string, Error> ApiClient::remove(const std::string& target) const {
  return exchange(socket_path_, timeout_seconds_, {http::verb::delete_, target, 11});
}

}  // namespace flotilla::api
