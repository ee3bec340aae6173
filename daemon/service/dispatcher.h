// What happens after a commit: opens and closes files to devices, removes configurations that nobody needs any more, signs
// the commands of the outbox, publishes them.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "daemon/core/fleet.h"
#include "daemon/service/engine.h"
#include "daemon/service/outbox.h"
#include "daemon/service/ports.h"

namespace flotilla::service {

struct DispatchCounters {
  std::uint64_t published = 0;
  std::uint64_t acknowledged = 0;
  std::uint64_t failures = 0;
  std::string orders_wait;  // why orders are ready and not sent; else empty
};

// The engine's thread alone.
class Dispatcher {
 public:
  // The file of an order is missing or not what was signed; the order was not sent.
  using Unusable = std::function<void(FileKind, const Digest&, const std::string&)>;
  Dispatcher(const EngineConfig& config, EnginePorts ports, Unusable unusable);

  // Begins anew with what is stored: every device's access and the whole outbox.
  void reset(const core::Fleet& fleet, const std::vector<std::string>& outbox);

  void add(const std::string& device) { outbox_.add(device); }
  void broker(bool up);
  bool acknowledged(const std::string& device, std::uint64_t token);
  // false: that was an older command.
  bool refused(const std::string& device, std::uint64_t token, const std::string& what, const core::Now& now);

  // Who may fetch what, and which configurations are needed, as it is committed: before send().
  void update_files(const core::Fleet& fleet, const std::string& device);
  // Everything due in the outbox, while the broker is up. What cannot be sent now stays for a later call.
  void send(const core::Fleet& fleet, const core::Now& now);

  [[nodiscard]] bool waits_for_acknowledgement() const { return outbox_.waits_for_acknowledgement(); }
  [[nodiscard]] std::size_t outbox_size() const { return outbox_.size(); }
  [[nodiscard]] const DispatchCounters& counters() const { return counters_; }

 private:
  struct Grant {
    FileKind kind = FileKind::Image;
    Digest file;
    friend bool operator==(const Grant& a, const Grant& b) { return a.kind == b.kind && a.file == b.file; }
  };
  void update_access(const core::Fleet& fleet, const std::string& device);
  void send_one(const core::Fleet& fleet, const std::string& device, const core::Now& now);
  Result<std::string, Error> payload_of(const core::Fleet& fleet, const core::Order& order, const std::string& device);
  void fail(const std::string& device, const Error& error, const core::Now& now);

  const EngineConfig& config_;
  EnginePorts ports_;
  Unusable unusable_;
  Outbox outbox_;
  bool broker_up_ = false;
  std::unordered_map<std::string, Grant> open_;      // what FileAccess was told
  std::unordered_map<std::string, Digest> configs_;  // needed for whom
  DispatchCounters counters_;
};

}  // namespace flotilla::service
