// One Paho client and the state of its connection. The public face is broker_client.h.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <unordered_map>

#include <mqtt/async_client.h>

#include "daemon/mqtt/broker_client.h"

namespace flotilla::mqtt {

// Paho connects and reconnects; its callbacks only change the state and hand data over. A thread of our own subscribes
// after each connect and tries again where that was refused, so nothing in a callback waits or calls Paho.
class BrokerClient::Session {
 public:
  Session(BrokerOptions options, IngestSink& sink);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  Result<Unit, Error> start();
  void stop();
  [[nodiscard]] bool up() const;
  Result<Unit, Error> publish(const std::string& device, const std::string& payload, std::uint64_t token);

 private:
  enum class State : std::uint8_t { Down, Connected, Subscribing, Up };

  // Paho reports the end of connect(), of a subscription and of a publication to one of these.
  class Listener : public ::mqtt::iaction_listener {
   public:
    using Handler = void (Session::*)(const ::mqtt::token&, bool success);
    Listener(Session& session, Handler handler) : session_(session), handler_(handler) {}
    void on_success(const ::mqtt::token& token) override { report(token, true); }
    void on_failure(const ::mqtt::token& token) override { report(token, false); }

   private:
    void report(const ::mqtt::token& token, bool success);

    Session& session_;
    Handler handler_;
  };

  struct Pending {
    std::string device;
    std::uint64_t token = 0;
  };

  void install_callbacks();
  void fill(::mqtt::connect_options& options) const;
  void on_connected();
  void on_connection_lost(const std::string& cause);
  void on_message(const ::mqtt::const_message_ptr& message);
  void on_connect_done(const ::mqtt::token& token, bool success);
  void on_subscribe_done(const ::mqtt::token& token, bool success);
  void on_publish_done(const ::mqtt::token& token, bool success);

  void subscribe_when_connected();  // the body of subscriber_
  void subscribe(std::uint64_t connection);
  // Up where `refusal` is empty, otherwise back to Connected and tried again later.
  void finish_subscribing(std::uint64_t connection, const std::string& refusal);

  // Calls the sink unless stop() has shut the gate.
  template <typename Call>
  void deliver(const Call& call) {
    const std::shared_lock lock(gate_);
    if (gate_open_) call(sink_);
  }

  const BrokerOptions options_;
  const std::string uri_;
  IngestSink& sink_;

  std::shared_mutex gate_;  // taken after mutex_, never before
  bool gate_open_ = true;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  State state_ = State::Down;
  bool stopping_ = false;
  std::uint64_t connection_ = 0;  // counts connects: answers that belong to an earlier one are ignored
  std::uint32_t refused_subscriptions_ = 0;
  std::uint64_t next_publication_ = 1;
  std::unordered_map<std::uint64_t, Pending> pending_;

  Listener connect_listener_{*this, &Session::on_connect_done};
  Listener subscribe_listener_{*this, &Session::on_subscribe_done};
  Listener publish_listener_{*this, &Session::on_publish_done};
  ::mqtt::async_client client_;
  std::thread subscriber_;
};

}  // namespace flotilla::mqtt
