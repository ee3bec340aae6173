// What the operator API needs from the daemon. flotillad gives the engine (engine_access.h) and the bundle reader; tests
// give fakes.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/core/fleet.h"

namespace flotilla::api {

struct DaemonState {
  bool degraded = false;
  std::string degraded_cause;
  std::string orders_wait;  // why commands are ready and not sent; empty: they are not held up
  bool broker_connected = false;
  std::map<std::string, std::uint64_t> counters;
};

// The fleet behind its one thread. Called from the API's worker threads; every call may block.
class FleetAccess {
 public:
  using Command = std::function<Result<Unit, Error>(core::Fleet&, const core::Now&, core::Effects&)>;
  using Query = std::function<void(const core::Fleet&, const core::Now&)>;

  virtual ~FleetAccess() = default;
  // Returns when what the command did is durable; Unavailable while the daemon cannot write.
  virtual Result<Unit, Error> command(const Command& command) = 0;
  // Unavailable when the daemon is stopping: the query was not called.
  virtual Result<Unit, Error> query(const Query& query) = 0;
  // Newest first. Empty device, rollout 0: any.
  virtual Result<std::vector<core::HistoryEntry>, Error> history(const std::string& device, core::RolloutId rollout,
                                                                 std::uint32_t limit) = 0;
  virtual DaemonState state() = 0;
};

// A bundle that was parsed strictly, signed by enough release keys, and whose image has the manifest's size and digest.
struct OpenedBundle {
  core::Release release;  // added_at and added_by are empty
  std::string image;
};

// Refuses with Corrupt (damaged, truncated, the wrong signature) and says which.
using BundleReader = std::function<Result<OpenedBundle, Error>(const std::string& bytes)>;

// Stores the image durably (ImageCatalog::put). Called on the API's worker threads, by one at a time.
using ImageKeeper = std::function<Result<Unit, Error>(const Digest& sha256, const std::string& image)>;

// What a provisioning says about the device it is for. Its content stays bytes: nobody here looks into it.
struct OpenedConfig {
  std::string device;
  std::string product;
  std::string hardware;
  Digest sha256;
};

// Refuses what a device would refuse whatever it is: malformed, too large, a trust store or an unknown CA inside.
using ConfigReader = std::function<Result<OpenedConfig, Error>(const std::string& bytes)>;

// Stores the file durably (ConfigFiles::put). Called by a command, on the fleet's own thread.
using ConfigKeeper = std::function<Result<Unit, Error>(const Digest& sha256, const std::string& content)>;

// How what operators send is read and where it is kept.
struct Imports {
  BundleReader bundles;
  ImageKeeper images;
  ConfigReader configs;
  ConfigKeeper keep_config;
};

}  // namespace flotilla::api
