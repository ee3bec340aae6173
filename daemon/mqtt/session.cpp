#include "daemon/mqtt/session.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <fstream>
#include <iterator>
#include <utility>

#include "daemon/log/log.h"
#include "daemon/mqtt/ingest.h"
#include "proto/topics.h"

namespace flotilla::mqtt {
namespace {

using std::chrono::seconds;

const log::Logger kLog("mqtt");

// Paho's own queue overflows silently into exceptions when it is small, and its send thread stalls when fewer messages
// than a wave may be under way (docs/decisions/0003). Both are bounded by the number of devices.
constexpr int kQueue = 200'000;
constexpr int kInflight = 60'000;
constexpr seconds kConnectTimeout{10};
constexpr seconds kDisconnectTimeout{2};
constexpr int kQos = 1;
constexpr std::uint32_t kMaxDoublings = 16;

::mqtt::create_options create_options() {
  ::mqtt::create_options options(MQTTVERSION_5, kQueue);
  options.set_send_while_disconnected(false);
  options.set_delete_oldest_messages(false);
  return options;
}

Result<Unit, Error> check_readable(const char* what, const std::string& path) {
  if (std::ifstream(path).good()) return Unit{};
  return Error{ErrorCode::InvalidArgument, std::string("cannot read the ") + what + " '" + path + "'",
               "run `flotilla init`, or correct the path and its permissions"};
}

// Paho carries one pointer with each action: here it is a number.
void* to_context(std::uint64_t number) { return reinterpret_cast<void*>(static_cast<std::uintptr_t>(number)); }
std::uint64_t from_context(const ::mqtt::token& token) {
  return static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(token.get_user_context()));
}

std::string describe(const ::mqtt::token& token) {
  if (token.get_reason_code() >= ::mqtt::ReasonCode::UNSPECIFIED_ERROR) {
    return ::mqtt::exception::reason_code_str(token.get_reason_code());
  }
  return ::mqtt::exception::error_str(token.get_return_code());
}

}  // namespace

void BrokerClient::Session::Listener::report(const ::mqtt::token& token, bool success) {
  try {
    (session_.*handler_)(token, success);
  } catch (const std::exception& error) {
    kLog.error("an answer of the broker was lost: {}", error.what());
  }
}

BrokerClient::Session::Session(BrokerOptions options, IngestSink& sink)
    : options_(std::move(options)),
      uri_("ssl://" + options_.host + ":" + std::to_string(options_.port)),
      sink_(sink),
      client_(uri_, options_.client_id, create_options()) {
  install_callbacks();
}

BrokerClient::Session::~Session() { stop(); }

void BrokerClient::Session::install_callbacks() {
  // An exception that leaves a callback would pass through C code and end the process.
  client_.set_connected_handler([this](const std::string&) { on_connected(); });
  client_.set_connection_lost_handler([this](const std::string& cause) { on_connection_lost(cause); });
  client_.set_disconnected_handler([this](const ::mqtt::properties&, ::mqtt::ReasonCode code) {
    kLog.warning("the broker ended the connection: {}", ::mqtt::exception::reason_code_str(code));
    on_connection_lost({});
  });
  client_.set_message_callback([this](const ::mqtt::const_message_ptr& message) {
    try {
      on_message(message);
    } catch (const std::exception& error) {
      kLog.error("a message was lost: {}", error.what());
    }
  });
}

// Paho 1.2.0's options hold pointers into themselves and do not mend them when they are copied or moved. So the result
// is filled in place and must stay alive during connect(), and there is no TLS error handler: its context would dangle.
void BrokerClient::Session::fill(::mqtt::connect_options& options) const {
  options = ::mqtt::connect_options_builder()
                .mqtt_version(MQTTVERSION_5)
                .clean_start(false)
                .keep_alive_interval(seconds(options_.keep_alive_seconds))
                .connect_timeout(kConnectTimeout)
                .max_inflight(kInflight)
                .automatic_reconnect(seconds(1), seconds(options_.retry_maximum_seconds))
                .finalize();
  options.set_ssl(::mqtt::ssl_options_builder()
                      .trust_store(options_.ca)
                      .key_store(options_.certificate)
                      .private_key(options_.key)
                      .enable_server_cert_auth(true)
                      .verify(true)  // the certificate must name the host of the URI
                      .ssl_version(MQTT_SSL_VERSION_TLS_1_2)
                      .finalize());
  options.set_properties(
      {{::mqtt::property::SESSION_EXPIRY_INTERVAL, static_cast<int>(options_.session_expiry_seconds)}});
}

Result<Unit, Error> BrokerClient::Session::start() {
  const std::pair<const char*, const std::string*> files[] = {
      {"broker's CA", &options_.ca}, {"daemon's certificate", &options_.certificate}, {"daemon's key", &options_.key}};
  for (const auto& [what, path] : files) {
    if (auto readable = check_readable(what, *path); !readable.ok()) return readable.error();
  }
  try {
    ::mqtt::connect_options connect_options;
    fill(connect_options);
    client_.connect(connect_options, nullptr, connect_listener_);
  } catch (const ::mqtt::exception& error) {
    return Error{ErrorCode::Internal, "cannot begin to connect to " + uri_ + ": " + error.what(), {}};
  }
  subscriber_ = std::thread([this] { subscribe_when_connected(); });
  return Unit{};
}

void BrokerClient::Session::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (subscriber_.joinable()) subscriber_.join();
  try {
    client_.disconnect(kDisconnectTimeout)->wait_for(kDisconnectTimeout);
  } catch (const ::mqtt::exception&) {
    // Not connected: there is nothing to end in good order.
  }
  const std::unique_lock lock(gate_);
  gate_open_ = false;
}

bool BrokerClient::Session::up() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::Up;
}

Result<Unit, Error> BrokerClient::Session::publish(const std::string& device, const std::string& payload,
                                                   std::uint64_t token) {
  if (!is_device_id(device)) {
    return Error{ErrorCode::InvalidArgument, "'" + device + "' is not a device id", {}};
  }
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::Up || stopping_) {
      return Error{ErrorCode::Unavailable, "the broker at " + uri_ + " is not connected", {}};
    }
    number = next_publication_++;
    pending_.emplace(number, Pending{device, token});
  }
  try {
    const Topic topic = make_topic(TopicKind::Command, device);
    client_.publish(::mqtt::make_message(std::string(topic.view()), payload, kQos, true), to_context(number),
                    publish_listener_);
    return Unit{};
  } catch (const ::mqtt::exception& error) {
    const std::lock_guard lock(mutex_);
    pending_.erase(number);
    return Error{ErrorCode::Unavailable, "the command for " + device + " cannot be queued: " + error.what(), {}};
  }
}

void BrokerClient::Session::on_connected() {
  {
    const std::lock_guard lock(mutex_);
    state_ = State::Connected;
    refused_subscriptions_ = 0;
    ++connection_;
  }
  kLog.info("connected to {}", uri_);
  changed_.notify_all();
}

void BrokerClient::Session::on_connection_lost(const std::string& cause) {
  const std::lock_guard lock(mutex_);
  const bool was_up = state_ == State::Up;
  if (state_ != State::Down && !stopping_) {
    kLog.warning("lost the connection to {}{}; trying again every 1 to {} s", uri_, cause.empty() ? "" : ": " + cause,
                 options_.retry_maximum_seconds);
  }
  state_ = State::Down;
  pending_.clear();
  if (was_up) deliver([](IngestSink& sink) { sink.broker(false); });
}

void BrokerClient::Session::on_message(const ::mqtt::const_message_ptr& message) {
  const std::string& payload = message->get_payload_str();
  deliver([&](IngestSink& sink) {
    ingest(message->get_topic(), ByteView(std::string_view(payload)), message->is_retained(), sink);
  });
}

void BrokerClient::Session::on_connect_done(const ::mqtt::token& token, bool success) {
  if (success) return;
  kLog.warning(
      "cannot connect to {} yet: {}; does the broker run, is '{}' among the names of its certificate, and does it "
      "accept '{}'? Trying again every 1 to {} s",
      uri_, describe(token), options_.host, options_.client_id, options_.retry_maximum_seconds);
}

void BrokerClient::Session::on_publish_done(const ::mqtt::token& token, bool success) {
  Pending done;
  {
    const std::lock_guard lock(mutex_);
    const auto found = pending_.find(from_context(token));
    if (found == pending_.end()) return;  // published over an earlier connection: the outbox has sent it again
    done = std::move(found->second);
    pending_.erase(found);
  }
  if (success) {
    deliver([&](IngestSink& sink) { sink.published(done.device, done.token); });
    return;
  }
  // The connection went: what is in the outbox is sent again over the next one.
  if (token.get_reason_code() < ::mqtt::ReasonCode::UNSPECIFIED_ERROR) return;
  const std::string what = "the broker refused the command (" + describe(token) + "); may '" + options_.client_id +
                           "' write " + std::string(make_topic(TopicKind::Command, done.device).view()) +
                           " by its ACL?";
  kLog.error("{}: {}", done.device, what);
  deliver([&](IngestSink& sink) { sink.publish_failed(done.device, done.token, what); });
}

void BrokerClient::Session::subscribe_when_connected() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    changed_.wait(lock, [this] { return stopping_ || state_ == State::Connected; });
    if (stopping_) return;
    const std::uint64_t connection = connection_;
    if (refused_subscriptions_ != 0) {
      const std::uint32_t doublings = std::min(refused_subscriptions_ - 1, kMaxDoublings);
      const seconds delay(std::min<std::uint64_t>(std::uint64_t{1} << doublings, options_.retry_maximum_seconds));
      changed_.wait_for(lock, delay, [&] { return stopping_ || connection_ != connection; });
    }
    if (stopping_) return;
    if (state_ != State::Connected || connection_ != connection) continue;
    state_ = State::Subscribing;
    lock.unlock();
    subscribe(connection);
    lock.lock();
  }
}

void BrokerClient::Session::subscribe(std::uint64_t connection) {
  const auto filters = ::mqtt::string_collection::create({std::string(kHeartbeatFilter), std::string(kPresenceFilter)});
  try {
    client_.subscribe(filters, {kQos, kQos}, to_context(connection), subscribe_listener_);
  } catch (const ::mqtt::exception& error) {
    finish_subscribing(connection, error.what());
  }
}

void BrokerClient::Session::on_subscribe_done(const ::mqtt::token& token, bool success) {
  std::string refusal;
  if (!success) {
    refusal = describe(token);
  } else {
    const std::string_view filters[] = {kHeartbeatFilter, kPresenceFilter};
    const ::mqtt::subscribe_response response = token.get_subscribe_response();
    const auto& codes = response.get_reason_codes();
    if (codes.size() != std::size(filters)) refusal = "an answer for " + std::to_string(codes.size()) + " of 2 filters";
    for (std::size_t i = 0; i < codes.size() && i < std::size(filters); ++i) {
      if (codes[i] != ::mqtt::ReasonCode::GRANTED_QOS_1) {
        refusal += (refusal.empty() ? "" : ", ") + std::string(filters[i]) + ": " +
                   ::mqtt::exception::reason_code_str(codes[i]);
      }
    }
  }
  finish_subscribing(from_context(token), refusal);
}

void BrokerClient::Session::finish_subscribing(std::uint64_t connection, const std::string& refusal) {
  const std::lock_guard lock(mutex_);
  if (state_ != State::Subscribing || connection_ != connection) return;
  if (refusal.empty()) {
    state_ = State::Up;
    kLog.info("subscribed at {}", uri_);
    deliver([](IngestSink& sink) { sink.broker(true); });
    return;
  }
  state_ = State::Connected;
  ++refused_subscriptions_;
  kLog.error("the broker refused the subscriptions ({}); may '{}' read them by its ACL? Trying again within {} s",
             refusal, options_.client_id, options_.retry_maximum_seconds);
  changed_.notify_all();
}

}  // namespace flotilla::mqtt
