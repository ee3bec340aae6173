// The daemon's connection to the broker: MQTT 5 over mutual TLS, one fixed session that outlives restarts of either side.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/mqtt/ingest_sink.h"
#include "daemon/service/ports.h"

namespace flotilla::mqtt {

struct BrokerOptions {
  // Both what is connected to and what the broker's certificate must name (dNSName, or iPAddress for an address). Where
  // the broker is known by another name than its certificate's, let that name resolve locally (/etc/hosts, a network
  // alias): there is no way to switch the check off.
  std::string host = "localhost";
  std::uint16_t port = 8883;
  std::string ca;           // PEM files
  std::string certificate;  // CN = the client id
  std::string key;
  std::string client_id = "_flotillad";
  std::uint32_t session_expiry_seconds = 3600;
  std::uint32_t keep_alive_seconds = 20;
  std::uint32_t retry_maximum_seconds = 10;  // between attempts to connect or to subscribe; starts at 1 and doubles
};

// start(), stop() and the destructor: from the owner's thread. publish(): from any thread, never blocks on the network.
// The sink must outlive the client; no call comes after stop() has returned.
class BrokerClient final : public service::Publisher {
 public:
  BrokerClient(BrokerOptions options, IngestSink& sink);
  ~BrokerClient() override;
  BrokerClient(const BrokerClient&) = delete;
  BrokerClient& operator=(const BrokerClient&) = delete;

  // Begins to connect and keeps trying for ever; a broker that is away is no error. Refuses unreadable TLS files.
  Result<Unit, Error> start();
  // Disconnects in good order within about two seconds. Idempotent.
  void stop();

  [[nodiscard]] bool up() const;

  // Queues a retained QoS 1 command. Unavailable while the broker is not up, or while Paho's queue is full.
  Result<Unit, Error> publish(const std::string& device, const std::string& payload, std::uint64_t token) override;

 private:
  class Session;
  std::unique_ptr<Session> session_;
};

}  // namespace flotilla::mqtt
