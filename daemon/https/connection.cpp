#include "daemon/https/connection.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "common/messages.h"
#include "daemon/log/log.h"

namespace flotilla::https {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

const log::Logger kLog("https");

constexpr std::size_t kChunk = 32 * 1024;  // of the image: read, encrypted and sent in one go
constexpr std::size_t kPlainChunk = 2048;
constexpr std::chrono::milliseconds kLinger{2'000};

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

std::string address_of(const asio::ip::tcp::socket& socket) {
  error_code ignored;
  const auto endpoint = socket.remote_endpoint(ignored);
  return ignored ? "a client" : endpoint.address().to_string();
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, SSL_CTX* context, ConnectionHost& host)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      host_(host),
      tls_(context),
      address_(address_of(socket_)),
      plain_(host.options().max_header_bytes + kPlainChunk) {}

void Connection::start() {
  error_code ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  set_deadline(host_.options().handshake_timeout);
  receive();
}

void Connection::drain() {
  draining_ = true;
  if (phase_ == Phase::Handshake || phase_ == Phase::Idle || phase_ == Phase::Header) finish();
}

void Connection::finish() {
  if (phase_ == Phase::Finished) return;
  phase_ = Phase::Finished;
  deadline_.cancel();
  error_code ignored;
  socket_.close(ignored);
  if (admitted_) host_.left(device_);
  host_.closed(shared_from_this());
}

void Connection::set_deadline(std::chrono::milliseconds limit) {
  deadline_.expires_after(limit);
  deadline_.async_wait([self = shared_from_this()](const error_code& error) {
    // A handler that was already queued when the deadline was moved sees the new one.
    if (error || self->deadline_.expiry() > std::chrono::steady_clock::now()) return;
    if (self->phase_ != Phase::Idle && self->phase_ != Phase::Closing) {
      kLog.info("{}: too slow, the connection is ended", self->peer());
    }
    self->finish();
  });
}

void Connection::receive() {
  socket_.async_read_some(asio::buffer(encrypted_),
                          [self = shared_from_this()](const error_code& error, std::size_t size) {
                            if (self->phase_ == Phase::Finished) return;
                            if (error) {
                              self->finish();
                              return;
                            }
                            // After the answer nobody reads what still comes: it is thrown away.
                            if (self->phase_ != Phase::Closing) self->tls_.feed(self->encrypted_.data(), size);
                            self->advance();
                          });
}

void Connection::flush_then(Step next) {
  tls_.take_output(outgoing_);
  if (outgoing_.empty()) {
    (this->*next)();
    return;
  }
  asio::async_write(socket_, asio::buffer(outgoing_),
                    [self = shared_from_this(), next](const error_code& error, std::size_t) {
                      if (self->phase_ == Phase::Finished) return;
                      if (error) {
                        self->finish();
                        return;
                      }
                      (self.get()->*next)();
                    });
}

void Connection::advance() {
  switch (phase_) {
    case Phase::Handshake: shake_hands(); return;
    case Phase::Idle:
    case Phase::Header: read_request(); return;
    case Phase::Closing: receive(); return;
    case Phase::Answer:
    case Phase::Finished: return;
  }
}

void Connection::shake_hands() {
  switch (tls_.handshake()) {
    case TlsEngine::Status::WantInput: flush_then(&Connection::receive); return;
    case TlsEngine::Status::Closed:
    case TlsEngine::Status::Failed:
      kLog.warning("{}: no TLS connection: {}", address_, tls_.error());
      phase_ = Phase::Closing;
      flush_then(&Connection::linger);  // the alert says why
      return;
    case TlsEngine::Status::Done: break;
  }
  std::string name = tls_.peer_common_name();
  if (is_device_id(name)) {
    device_ = std::move(name);
    admitted_ = host_.admit(device_);
  } else {
    kLog.warning("{}: the certificate of '{}' is not a device's, no image is served to it", address_, name);
  }
  begin_request();
  flush_then(&Connection::read_request);
}

void Connection::begin_request() {
  phase_ = Phase::Idle;
  parser_.emplace();
  header_bytes_ = 0;
  parser_->header_limit(static_cast<std::uint32_t>(host_.options().max_header_bytes));
  parser_->body_limit(std::uint64_t{0});
  set_deadline(host_.options().idle_timeout);
}

void Connection::read_request() {
  for (;;) {
    if (plain_.size() != 0) {
      if (phase_ == Phase::Idle) {
        phase_ = Phase::Header;
        set_deadline(host_.options().header_timeout);
      }
      if (parse()) return;
    }
    std::size_t got = 0;
    const auto room = plain_.prepare(std::min(kPlainChunk, plain_.max_size() - plain_.size()));
    switch (tls_.read(static_cast<char*>(room.data()), room.size(), got)) {
      case TlsEngine::Status::Done: plain_.commit(got); break;
      case TlsEngine::Status::WantInput: flush_then(&Connection::receive); return;
      case TlsEngine::Status::Closed:
      case TlsEngine::Status::Failed: flush_then(&Connection::finish); return;
    }
  }
}

bool Connection::parse() {
  error_code error;
  const std::size_t used = parser_->put(plain_.data(), error);
  plain_.consume(used);
  header_bytes_ += used;
  // The parser's own limit forgets what it has parsed in earlier pieces.
  const std::size_t pending = error == http::error::need_more ? plain_.size() : 0;
  if (header_bytes_ + pending > host_.options().max_header_bytes) {
    error = http::error::header_limit;
  } else if (error == http::error::need_more) {
    return false;
  }
  if (error) {
    close_after_answer_ = true;  // where the next request would begin is unknown
    if (error == http::error::header_limit) {
      refuse(431, "the header is larger than this server reads");
    } else if (error == http::error::body_limit) {
      refuse(413, "a request for a file has no body");
    } else if (error == http::error::bad_version) {
      refuse(505, "this server speaks HTTP/1.1");
    } else {
      refuse(400, "this is not an HTTP/1.1 request: " + error.message());
    }
    return true;
  }
  if (!parser_->is_done()) return false;
  handle_request();
  return true;
}

void Connection::handle_request() {
  const auto& request = parser_->get();
  const auto& options = host_.options();
  ++requests_;
  close_after_answer_ = !request.keep_alive() || requests_ >= options.max_requests_per_connection;
  head_only_ = request.method() == http::verb::head;
  FileName name;
  if (request.version() != 11) {
    refuse(505, "this server speaks HTTP/1.1");
  } else if (request.count(http::field::host) != 1) {
    refuse(400, "a request has exactly one Host field");
  } else if (request.method() != http::verb::get && !head_only_) {
    refuse(405, "files can be read, nothing else", "GET, HEAD");
  } else if (request.target().empty() || request.target().front() != '/') {
    refuse(400, "the target is not a path");
  } else if (device_.empty()) {
    refuse(403, "the client certificate is not a device's");
  } else if (!admitted_) {
    close_after_answer_ = true;
    refuse(429, "this device has too many connections");
  } else if (!parse_file_target(view(request.target()), name)) {
    refuse(404, "there are files under /v1/images/ and /v1/configs/ <sha256 in lower-case hexadecimal> alone");
  } else {
    answer_file(name, head_only_ ? Method::Head : Method::Get);
  }
}

namespace {

// A configuration holds secrets: nobody in between may keep it.
const char* cache_control(service::FileKind kind) {
  return kind == service::FileKind::Config ? "no-store" : "private, no-transform";
}

}  // namespace

void Connection::answer_file(const FileName& name, Method method) {
  if (!host_.access().allowed(device_, name)) {
    kLog.info("{}: {} {} is not what this device is ordered to fetch", peer(), noun(name.kind),
              to_hex(name.sha256).view());
    refuse(403, std::string("this device has no order to fetch this ") + noun(name.kind));
    return;
  }
  auto file = host_.files(name.kind).open(name.sha256);
  if (!file.ok()) {
    refuse(500, std::string("the ") + noun(name.kind) + " is damaged or missing on the server");
    return;
  }
  const std::uint64_t size = file->size();
  const Conditions conditions{.method = method,
                              .range = field(http::field::range),
                              .if_range = field(http::field::if_range),
                              .if_none_match = field(http::field::if_none_match)};
  const Transfer transfer = plan_transfer(conditions, name.sha256, size);
  ResponseHead head{.status = transfer.status, .content_length = transfer.length};
  head.fields = {
      {"Accept-Ranges", "bytes"}, {"ETag", etag_of(name.sha256)}, {"Cache-Control", cache_control(name.kind)}};
  if (transfer.status == 206 || transfer.status == 416) {
    head.fields.emplace_back("Content-Range", content_range(transfer.first, transfer.length, size));
  }
  if (transfer.length != 0) head.fields.emplace_back("Content-Type", "application/octet-stream");
  kLog.debug("{}: {} {} bytes of {} {} from {} on", peer(), transfer.status, transfer.length, noun(name.kind),
             to_hex(name.sha256).view(), transfer.first);
  name_ = name;
  answer_bytes(std::move(head), std::move(file).value(), transfer);
}

void Connection::answer_bytes(ResponseHead head, ImageFile file, const Transfer& transfer) {
  if (!head_only_) {
    file_ = std::move(file);
    offset_ = transfer.first;
    remaining_ = transfer.length;
  }
  start_answer(head);
  send_body();
}

void Connection::refuse(unsigned status, std::string_view why, std::string_view allow) {
  const std::string text = std::string(why) + "\n";
  ResponseHead head{.status = status, .content_length = text.size()};
  head.fields = {{"Content-Type", "text/plain; charset=utf-8"}};
  if (!allow.empty()) head.fields.emplace_back("Allow", allow);
  if (status == 429) head.fields.emplace_back("Retry-After", "10");
  start_answer(head);
  if (!head_only_ && !tls_.write(text)) {
    finish();
    return;
  }
  send_body();
}

void Connection::start_answer(const ResponseHead& head) {
  phase_ = Phase::Answer;
  close_after_answer_ = close_after_answer_ || draining_;
  ResponseHead complete = head;
  complete.close = close_after_answer_;
  set_deadline(host_.options().write_timeout);
  // A broken connection shows at the next write or read of the socket.
  (void)tls_.write(to_text(complete, std::time(nullptr)));
}

void Connection::send_body() {
  set_deadline(host_.options().write_timeout);
  if (remaining_ == 0) {
    flush_then(&Connection::end_answer);
    return;
  }
  // An order that is withdrawn ends its download, too.
  if (!host_.access().allowed(device_, name_)) {
    kLog.info("{}: its order was withdrawn, the download of {} is ended", peer(), to_hex(name_.sha256).view());
    finish();
    return;
  }
  std::array<char, kChunk> chunk;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by the next line
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, chunk.size()));
  if (!file_.read(offset_, chunk.data(), count)) {
    kLog.error("{}: the file of {} {} ended early or cannot be read", peer(), noun(name_.kind),
               to_hex(name_.sha256).view());
    finish();
    return;
  }
  if (!tls_.write({chunk.data(), count})) {
    finish();
    return;
  }
  offset_ += count;
  remaining_ -= count;
  flush_then(&Connection::send_body);
}

void Connection::end_answer() {
  file_ = ImageFile();
  head_only_ = false;
  std::vector<char>().swap(outgoing_);  // an idle connection costs little
  if (close_after_answer_ || draining_) {
    phase_ = Phase::Closing;
    tls_.close_notify();
    flush_then(&Connection::linger);
    return;
  }
  begin_request();
  read_request();
}

// Closing with unread bytes in the kernel would send a reset, which may overtake the answer.
void Connection::linger() {
  error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  set_deadline(kLinger);
  receive();
}

std::optional<std::string_view> Connection::field(http::field name) const {
  const auto& request = parser_->get();
  const auto found = request.find(name);
  if (found == request.end()) return std::nullopt;
  return view(found->value());
}

std::string Connection::peer() const { return device_.empty() ? address_ : device_ + " (" + address_ + ")"; }

}  // namespace flotilla::https
