// One client of the image server: TLS handshake, requests one after the other, each with its deadline.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include "daemon/https/access_table.h"
#include "daemon/https/image_files.h"
#include "daemon/https/image_request.h"
#include "daemon/https/image_server.h"
#include "daemon/https/response_head.h"
#include "daemon/https/tls_engine.h"

namespace flotilla::https {

class Connection;

// What a connection needs of its server; outlives it.
class ConnectionHost {
 public:
  virtual ~ConnectionHost() = default;
  [[nodiscard]] virtual const ImageServerOptions& options() const = 0;
  [[nodiscard]] virtual const AccessTable& access() const = 0;
  [[nodiscard]] virtual ImageFiles& files(service::FileKind kind) = 0;
  // Counts the connections of one device: false when it has too many; every true is followed by one left().
  [[nodiscard]] virtual bool admit(const std::string& device) = 0;
  virtual void left(const std::string& device) = 0;
  virtual void closed(const std::shared_ptr<Connection>& connection) = 0;
};

// Everything on the server's thread. Reads and writes in turn, never both at once: while an answer is on its way the
// client waits, and its next request waits in the kernel. Holds itself alive until finish().
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, SSL_CTX* context, ConnectionHost& host);

  void start();
  // Ends after the answer that is under way, or now where there is none: its TLS settings are out of date.
  void drain();
  // Ends at once. Idempotent.
  void finish();

 private:
  enum class Phase : std::uint8_t { Handshake, Idle, Header, Answer, Closing, Finished };
  using Parser = boost::beast::http::request_parser<boost::beast::http::empty_body>;
  using Step = void (Connection::*)();

  // Network.
  void receive();
  void flush_then(Step next);
  void set_deadline(std::chrono::milliseconds limit);

  // Steps, each of which ends in receive(), flush_then() or finish().
  void advance();
  void shake_hands();
  void read_request();
  void send_body();
  void end_answer();
  void linger();

  // Requests.
  void begin_request();
  // true when the request is complete or was refused.
  bool parse();
  void handle_request();
  void answer_file(const FileName& name, Method method);
  void answer_bytes(ResponseHead head, ImageFile file, const Transfer& transfer);
  void refuse(unsigned status, std::string_view why, std::string_view allow = {});
  [[nodiscard]] std::optional<std::string_view> field(boost::beast::http::field name) const;
  void start_answer(const ResponseHead& head);
  [[nodiscard]] std::string peer() const;

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  ConnectionHost& host_;
  TlsEngine tls_;
  std::string address_;

  Phase phase_ = Phase::Handshake;
  std::string device_;     // the certificate's CN, where it is a device id
  bool admitted_ = false;  // counted with the host
  bool draining_ = false;
  bool close_after_answer_ = false;
  std::size_t requests_ = 0;

  std::array<char, 4096> encrypted_{};
  std::vector<char> outgoing_;
  boost::beast::flat_buffer plain_;  // what has come and is not parsed yet
  std::optional<Parser> parser_;
  std::size_t header_bytes_ = 0;  // of this request, parsed

  // The answer that is under way.
  bool head_only_ = false;
  FileName name_;
  ImageFile file_;
  std::uint64_t offset_ = 0;
  std::uint64_t remaining_ = 0;
};

}  // namespace flotilla::https
