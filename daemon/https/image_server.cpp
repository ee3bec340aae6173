#include "daemon/https/image_server.h"

#include <chrono>
#include <exception>
#include <map>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/https/connection.h"
#include "daemon/https/tls_context.h"
#include "daemon/log/log.h"

namespace flotilla::https {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

const log::Logger kLog("https");

constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

class ImageServer::Impl : public ConnectionHost {
 public:
  Impl(ImageServerOptions options, const AccessTable& access, FileStock images, FileStock configs)
      : options_(std::move(options)),
        access_(access),
        images_(images),
        configs_(configs),
        tls_({options_.certificate, options_.key, options_.ca, options_.crl}) {}
  ~Impl() override { stop(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Result<Unit, Error> start();
  void stop();
  [[nodiscard]] std::uint16_t port() const { return port_; }

  [[nodiscard]] const ImageServerOptions& options() const override { return options_; }
  [[nodiscard]] const AccessTable& access() const override { return access_; }
  [[nodiscard]] ImageFiles& files(service::FileKind kind) override {
    return kind == service::FileKind::Image ? images_ : configs_;
  }
  [[nodiscard]] bool admit(const std::string& device) override;
  void left(const std::string& device) override;
  void closed(const std::shared_ptr<Connection>& connection) override;

 private:
  Result<Unit, Error> listen();
  void accept();
  void accepted(tcp::socket socket);
  void accept_later();
  void run();

  const ImageServerOptions options_;
  const AccessTable& access_;
  std::uint16_t port_ = 0;

  // Used by the server's thread alone once that runs:
  ImageFiles images_;
  ImageFiles configs_;
  TlsContext tls_;
  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_};
  asio::steady_timer pause_{io_};
  std::set<std::shared_ptr<Connection>> connections_;
  std::map<std::string, std::size_t> per_device_;
  bool accepting_ = false;
  bool stopping_ = false;

  std::thread thread_;
};

Result<Unit, Error> ImageServer::Impl::start() {
  if (auto loaded = tls_.load(); !loaded.ok()) return loaded.error();
  if (auto listening = listen(); !listening.ok()) return listening.error();
  accept();
  thread_ = std::thread([this] { run(); });
  kLog.info("serving images at {}, port {}", options_.bind, port_);
  return Unit{};
}

Result<Unit, Error> ImageServer::Impl::listen() {
  error_code error;
  const auto address = asio::ip::make_address(options_.bind, error);
  if (error) {
    return Error{ErrorCode::InvalidArgument, "the image server cannot listen at '" + options_.bind + "': no IP address",
                 "give an address such as 0.0.0.0"};
  }
  const tcp::endpoint endpoint(address, options_.port);
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    error_code ignored;
    acceptor_.close(ignored);
    return Error{ErrorCode::Unavailable,
                 "the image server cannot listen at " + options_.bind + ", port " + std::to_string(options_.port) +
                     ": " + error.message(),
                 "end the program that uses the port, or configure another port"};
  }
  port_ = acceptor_.local_endpoint().port();
  return Unit{};
}

void ImageServer::Impl::run() {
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception& error) {
      // One connection's trouble (no memory, mostly) must not end the others.
      kLog.error("a connection failed: {}", error.what());
    }
  }
}

void ImageServer::Impl::accept() {
  if (accepting_ || stopping_ || connections_.size() >= options_.max_connections) return;
  accepting_ = true;
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    accepting_ = false;
    if (stopping_) return;
    if (!error) {
      accepted(std::move(socket));
      accept();
    } else {
      kLog.warning("cannot accept a connection: {}", error.message());
      accept_later();
    }
  });
}

// Out of file descriptors, mostly: trying at once would spin.
void ImageServer::Impl::accept_later() {
  pause_.expires_after(kAcceptPause);
  pause_.async_wait([this](const error_code& error) {
    if (!error) accept();
  });
}

void ImageServer::Impl::accepted(tcp::socket socket) {
  if (tls_.refresh()) {
    const std::vector<std::shared_ptr<Connection>> before(connections_.begin(), connections_.end());
    for (const auto& connection : before) connection->drain();
  }
  auto connection = std::make_shared<Connection>(std::move(socket), tls_.get(), *this);
  connections_.insert(connection);
  connection->start();
}

bool ImageServer::Impl::admit(const std::string& device) {
  std::size_t& count = per_device_[device];
  if (count >= options_.max_connections_per_device) return false;
  ++count;
  return true;
}

void ImageServer::Impl::left(const std::string& device) {
  const auto found = per_device_.find(device);
  if (found != per_device_.end() && --found->second == 0) per_device_.erase(found);
}

void ImageServer::Impl::closed(const std::shared_ptr<Connection>& connection) {
  connections_.erase(connection);
  accept();
}

void ImageServer::Impl::stop() {
  if (!thread_.joinable()) return;
  asio::post(io_, [this] {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
    const std::vector<std::shared_ptr<Connection>> open(connections_.begin(), connections_.end());
    for (const auto& connection : open) connection->finish();
  });
  thread_.join();
}

ImageServer::ImageServer(ImageServerOptions options, const AccessTable& access, FileStock images, FileStock configs)
    : impl_(std::make_unique<Impl>(std::move(options), access, images, configs)) {}

ImageServer::~ImageServer() = default;

Result<Unit, Error> ImageServer::start() { return impl_->start(); }

void ImageServer::stop() { impl_->stop(); }

std::uint16_t ImageServer::port() const { return impl_->port(); }

}  // namespace flotilla::https
