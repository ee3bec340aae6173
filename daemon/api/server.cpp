#include "daemon/api/server.h"

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/api/json.h"
#include "daemon/api/session.h"
#include "daemon/api/socket_file.h"

namespace flotilla::api {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;

namespace {

constexpr unsigned kHandlerThreads = 2;
constexpr auto kAcceptPause = std::chrono::milliseconds(100);  // after an accept that failed: no file descriptors left
constexpr auto kStopPatience = std::chrono::seconds(2);

std::string full_reply() {
  const std::string body =
      to_json_text(Error{ErrorCode::Unavailable, "too many connections", "try again in a few seconds"});
  return "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

struct ApiServer::State {
  State(ServerConfig with, HttpHandler call) : config(std::move(with)), handler(std::move(call)) {}

  void accept();
  void on_accept(Protocol::socket socket);
  void wind_down();

  const ServerConfig config;
  const HttpHandler handler;
  asio::thread_pool pool{kHandlerThreads};
  SessionHost host{config, handler, pool, {}, false};
  asio::io_context io{1};  // after the host: sessions that never finished are destroyed with it
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};  // handlers may still reply
  Protocol::acceptor acceptor{io};
  asio::steady_timer pause{io};
  SocketFile file;
  std::thread thread;

  std::mutex mutex;
  std::condition_variable changed;
  bool running = false;  // guarded by mutex: the io thread is in run()
};

void ApiServer::State::accept() {
  acceptor.async_accept([this](const boost::system::error_code& code, Protocol::socket socket) {
    if (host.stopping) return;
    if (!code) {
      on_accept(std::move(socket));
      return accept();
    }
    pause.expires_after(kAcceptPause);
    pause.async_wait([this](const boost::system::error_code&) {
      if (!host.stopping) accept();
    });
  });
}

void ApiServer::State::on_accept(Protocol::socket socket) {
  if (host.open.size() >= config.max_connections) {
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);  // a few hundred bytes fit into an empty socket buffer
    socket.write_some(asio::buffer(full_reply()), ignored);
    return;
  }
  std::string actor = peer_name(socket.native_handle());
  std::make_shared<Session>(host, std::move(socket), std::move(actor))->start();
}

// On the io thread.
void ApiServer::State::wind_down() {
  host.stopping = true;
  boost::system::error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  const std::vector<Session*> sessions(host.open.begin(), host.open.end());
  for (Session* session : sessions) session->wind_down();
}

ApiServer::ApiServer(ServerConfig config, HttpHandler handler)
    : state_(std::make_unique<State>(std::move(config), std::move(handler))) {}

ApiServer::~ApiServer() { stop(); }

Result<Unit, Error> ApiServer::start() {
  State& state = *state_;
  auto file = SocketFile::listen(state.config.socket_path);
  if (!file.ok()) return file.error();
  state.file = std::move(file.value());
  state.acceptor.assign(Protocol(), state.file.release());
  state.running = true;
  state.accept();
  state.thread = std::thread([&state] {
    state.io.run();
    const std::lock_guard lock(state.mutex);
    state.running = false;
    state.changed.notify_all();
  });
  return Unit{};
}

void ApiServer::stop() {
  State& state = *state_;
  if (!state.thread.joinable()) return;
  std::promise<void> winding_down;  // from then on nothing new goes into the pool
  asio::post(state.io, [&state, &winding_down] {
    state.wind_down();
    winding_down.set_value();
  });
  winding_down.get_future().wait();
  state.pool.join();
  state.work.reset();
  std::unique_lock lock(state.mutex);
  state.changed.wait_for(lock, kStopPatience, [&state] { return !state.running; });
  lock.unlock();
  state.io.stop();
  state.thread.join();
  state.file.remove();
}

}  // namespace flotilla::api
