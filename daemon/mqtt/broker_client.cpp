#include "daemon/mqtt/broker_client.h"

#include <utility>

#include "daemon/mqtt/session.h"

namespace flotilla::mqtt {

BrokerClient::BrokerClient(BrokerOptions options, IngestSink& sink)
    : session_(std::make_unique<Session>(std::move(options), sink)) {}

BrokerClient::~BrokerClient() = default;

Result<Unit, Error> BrokerClient::start() { return session_->start(); }

void BrokerClient::stop() { session_->stop(); }

bool BrokerClient::up() const { return session_->up(); }

Result<Unit, Error> BrokerClient::publish(const std::string& device, const std::string& payload, std::uint64_t token) {
  return session_->publish(device, payload, token);
}

}  // namespace flotilla::mqtt
