#include "daemon/api/session.h"

#include <chrono>
#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/api/json.h"

namespace flotilla::api {

namespace beast = boost::beast;
namespace http = beast::http;

namespace {

constexpr std::uint32_t kMaxHeader = 8192;  // bytes
constexpr const char* kBundleTarget = "/v1/releases";

std::uint64_t body_limit(const http::request<http::string_body>& request) {
  if (request.method() == http::verb::put) return kMaxConfigBody;  // configurations alone are put
  return request.target() == kBundleTarget ? kMaxBundleBody : kMaxJsonBody;
}

bool is_http_error(const boost::system::error_code& code) {
  return code.category() == http::make_error_code(http::error::bad_method).category();
}

}  // namespace

Session::Session(SessionHost& host, Socket socket, std::string actor)
    : host_(host), stream_(std::move(socket)), actor_(std::move(actor)) {
  host_.open.insert(this);
}

Session::~Session() { host_.open.erase(this); }

void Session::wind_down() {
  keep_ = false;
  if (!busy_) close();
}

void Session::read_header() {
  busy_ = false;
  parser_.emplace();
  parser_->header_limit(kMaxHeader);
  parser_->body_limit(kMaxBundleBody);
  stream_.expires_after(std::chrono::seconds(host_.config.step_seconds));
  http::async_read_header(stream_, buffer_, *parser_,
                          [self = shared_from_this()](Code code, std::size_t) { self->on_header(code); });
}

void Session::on_header(Code code) {
  if (code) return on_read_error(code);
  const std::uint64_t limit = body_limit(parser_->get());
  if (parser_->content_length().value_or(0) > limit) return on_read_error(http::error::body_limit);
  parser_->body_limit(limit);
  stream_.expires_after(std::chrono::seconds(host_.config.step_seconds));
  http::async_read(stream_, buffer_, *parser_,
                   [self = shared_from_this()](Code read, std::size_t) { self->on_body(read); });
}

void Session::on_body(Code code) {
  if (code) return on_read_error(code);
  if (host_.stopping) return close();
  dispatch();
}

// What a client sent wrong is said; a connection that ended or stalled has nobody left to tell.
void Session::on_read_error(Code code) {
  keep_ = false;
  if (code == http::error::body_limit) {
    return refuse(413, {ErrorCode::InvalidArgument, "the request's body is too large",
                        "a bundle has at most 1.2 MiB, a configuration 4096 bytes, everything else 256 KiB"});
  }
  if (code == http::error::header_limit) {
    return refuse(431, {ErrorCode::InvalidArgument, "the request's header is larger than 8 KiB", ""});
  }
  if (is_http_error(code) && code != http::error::end_of_stream) {
    return refuse(400, {ErrorCode::InvalidArgument, "this is no HTTP request: " + code.message(), ""});
  }
  close();
}

void Session::dispatch() {
  busy_ = true;
  auto message = parser_->release();
  keep_ = keep_ && message.keep_alive();
  HttpRequest request{std::string(message.method_string()), std::string(message.target()),
                      std::string(message[http::field::content_type]), std::move(message.body()), actor_};
  // The session is handed back with its reply: its last owner must be the io thread, never the pool.
  boost::asio::post(host_.pool, [self = shared_from_this(), request = std::move(request)]() mutable {
    HttpReply answer = self->host_.handler(request);
    const auto io = self->stream_.get_executor();
    boost::asio::post(
        io, [self = std::move(self), answer = std::move(answer)]() mutable { self->reply(std::move(answer)); });
  });
}

void Session::refuse(int status, Error error) { reply({status, to_json_text(error), ""}); }

void Session::reply(HttpReply answer) {
  busy_ = true;
  response_ = {};
  response_.result(static_cast<unsigned>(answer.status));
  response_.set(http::field::content_type, "application/json");
  if (!answer.allow.empty()) response_.set(http::field::allow, answer.allow);
  response_.keep_alive(keep_);
  response_.body() = std::move(answer.body);
  response_.body() += '\n';
  response_.prepare_payload();
  stream_.expires_after(std::chrono::seconds(host_.config.step_seconds));
  http::async_write(stream_, response_, [self = shared_from_this()](Code code, std::size_t) {
    if (code || !self->keep_) return self->close();
    self->read_header();
  });
}

void Session::close() {
  Code ignored;
  stream_.socket().shutdown(Socket::shutdown_send, ignored);
  stream_.close();
}

}  // namespace flotilla::api
