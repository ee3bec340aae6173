// What the broker's side tells the rest of the daemon.
#pragma once

#include <cstdint>
#include <string>

#include "common/messages.h"

namespace flotilla::mqtt {

// Called on Paho's threads, several of them: implementations are thread-safe, return at once and do not throw.
class IngestSink {
 public:
  virtual ~IngestSink() = default;
  virtual void heartbeat(const std::string& device, const Heartbeat& heartbeat) = 0;
  virtual void presence(const std::string& device, bool online) = 0;
  // true: connected and both subscriptions granted. Acknowledgements that were outstanding when it went false never
  // come: resend the outbox after the next true.
  virtual void broker(bool up) = 0;
  // The broker has acknowledged the command that was published with this token.
  virtual void published(const std::string& device, std::uint64_t token) = 0;
  // The broker or the client refused a command that publish() had taken (an ACL, mostly); it is not with the device.
  virtual void publish_failed(const std::string& device, std::uint64_t token, const std::string& what) = 0;
  // A message on a device's topic that cannot be meant; `device` is empty where the topic names none.
  virtual void malformed(const std::string& device, const std::string& what) = 0;
};

}  // namespace flotilla::mqtt
