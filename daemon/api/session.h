// One connection of the API server. Internal to daemon/api: the only header here that shows Boost. Everything runs on
// the server's io thread but the handler, which runs in the pool. Sessions keep themselves alive until they close.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_set>

#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "daemon/api/http.h"
#include "daemon/api/server.h"
#include "daemon/core/error.h"

namespace flotilla::api {

class Session;

// What all sessions share. Outlives them.
struct SessionHost {
  const ServerConfig& config;
  const HttpHandler& handler;
  boost::asio::thread_pool& pool;
  std::unordered_set<Session*> open;
  bool stopping = false;
};

class Session : public std::enable_shared_from_this<Session> {
 public:
  using Socket = boost::asio::local::stream_protocol::socket;

  Session(SessionHost& host, Socket socket, std::string actor);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start() { read_header(); }
  // Answers nothing any more where no request is being handled; otherwise closes after its reply.
  void wind_down();

 private:
  using Code = boost::system::error_code;

  void read_header();
  void on_header(Code code);
  void on_body(Code code);
  void on_read_error(Code code);
  void dispatch();
  void reply(HttpReply answer);
  void refuse(int status, Error error);
  void close();

  SessionHost& host_;
  boost::beast::basic_stream<boost::asio::local::stream_protocol> stream_;
  std::string actor_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::request_parser<boost::beast::http::string_body>> parser_;
  boost::beast::http::response<boost::beast::http::string_body> response_;
  bool busy_ = false;  // a request is being handled or answered
  bool keep_ = true;   // the connection goes on after the reply
};

}  // namespace flotilla::api
