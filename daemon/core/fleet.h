// The fleet: every decision about who runs what. Pure: events and time come in, changed rows and commands go out; no I/O,
// no clock, no thread. The engine owns it, on one thread.
//
// The judging clock. Deadlines on devices run on a clock of the fleet's own, in milliseconds, that advances with
// Now::mono_ms only while the daemon is subscribed to the broker, not for two heartbeat intervals after a (re)connect or
// a start, and not while half of the devices that were online and are not on trial (at least 3) are silent at once. It is
// part of the saved state, so a restart goes on where it stood. One event advances it by two heartbeat intervals at most:
// time in which nobody looked is not judged. Deadlines, waves and orders are worked off in tick(), after the events.
//
// A new Fleet is not subscribed: broker_up() says that it is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/core/types.h"

namespace flotilla::core {

struct FleetConfig {
  std::uint32_t heartbeat_seconds = 30;
  std::uint32_t offline_heartbeats = 3;  // silent for so many intervals: offline
  std::uint32_t trust_version = 1;
  std::uint64_t seed = 1;  // of the draw, mixed with the rollout's id
};

// What a restart needs beside the rows.
struct FleetMeta {
  JudgingTime judging = 0;
  AttemptId next_attempt = 1;
  RolloutId next_rollout = 1;
};

// Everything the store holds, to begin with.
struct FleetSnapshot {
  FleetMeta meta;
  std::vector<Device> devices;
  std::vector<Release> releases;
  std::vector<Rollout> rollouts;
  std::vector<Member> members;
};

// What came of an event. Rows are named, not copied: the engine reads them from the fleet when it commits.
struct Effects {
  std::vector<std::string> devices;
  std::vector<std::string> releases;
  std::vector<RolloutId> rollouts;
  std::vector<std::pair<RolloutId, std::string>> members;
  std::vector<HistoryEntry> history;
  // Devices whose retained command is to be published anew (desired_order() says what; none: an empty payload). The
  // device's row is in `devices` as well whenever its order changed.
  std::vector<std::string> publish;
  bool meta_changed = false;
};

struct DeviceSpec {
  std::string id;
  std::string hardware;
  std::map<std::string, std::string> labels;
};

// A provisioning for one device, as it was read from its file; the file itself is kept by the service.
struct ConfigSpec {
  std::string device;
  std::string product;
  std::string hardware;
  Digest sha256;
  std::string actor;
};

struct RolloutSpec {
  std::string release;
  RolloutPolicy policy;
  std::vector<std::string> devices;  // empty: every known device of the release's product and hardware
  std::string actor;
};

class Fleet {
 public:
  Fleet(FleetConfig config, FleetSnapshot snapshot);
  ~Fleet();
  Fleet(Fleet&&) noexcept;
  Fleet& operator=(Fleet&&) noexcept;

  // --- from the broker
  void heartbeat(const std::string& device, const Heartbeat& heartbeat, const Now& now, Effects& out);
  void presence(const std::string& device, bool online, const Now& now, Effects& out);
  void broker_up(const Now& now, Effects& out);  // subscribed: every order in force is published again
  void broker_down(const Now& now, Effects& out);
  // How the newest publication of the device's command went; empty: the broker has it.
  void delivery(const std::string& device, const std::string& problem);
  // --- time: deadlines, waves, soak. Cheap when nothing is due.
  void tick(const Now& now, Effects& out);
  // --- from the image server or the catalogue
  void image_unusable(const Digest& image, const std::string& text, const Now& now, Effects& out);
  void config_unusable(const Digest& sha256, const std::string& text, const Now& now, Effects& out);
  // --- from operators. On an error nothing has changed.
  Result<Unit, Error> announce(const DeviceSpec& spec, const std::string& actor, const Now& now, Effects& out);
  Result<Unit, Error> add_release(Release release, const Now& now, Effects& out);
  Result<RolloutId, Error> start_rollout(const RolloutSpec& spec, const Now& now, Effects& out);
  Result<Unit, Error> pause(RolloutId id, const std::string& actor, const Now& now, Effects& out);
  Result<Unit, Error> resume(RolloutId id, const std::string& actor, const Now& now, Effects& out);
  Result<Unit, Error> abort(RolloutId id, const std::string& actor, const Now& now, Effects& out);
  // check_config() says what update_config() would refuse: its file is stored in between.
  [[nodiscard]] Result<Unit, Error> check_config(const ConfigSpec& spec) const;
  Result<Unit, Error> update_config(const ConfigSpec& spec, const Now& now, Effects& out);
  Result<Unit, Error> withdraw_config(const std::string& device, const std::string& actor, const Now& now,
                                      Effects& out);

  // --- reading. Pointers stay valid until the next call that is not const.
  [[nodiscard]] const FleetMeta& meta() const;
  [[nodiscard]] const Device* device(const std::string& id) const;
  [[nodiscard]] const Release* release(const std::string& version) const;
  [[nodiscard]] const Rollout* rollout(RolloutId id) const;
  [[nodiscard]] const Member* member(RolloutId id, const std::string& device) const;
  [[nodiscard]] std::vector<const Device*> devices() const;              // by id
  [[nodiscard]] std::vector<const Release*> releases() const;            // newest version first
  [[nodiscard]] std::vector<const Rollout*> rollouts() const;            // newest first
  [[nodiscard]] std::vector<const Member*> members(RolloutId id) const;  // by rank
  // The order to be retained on the device's command topic; null: the topic is to be empty.
  [[nodiscard]] const Order* desired_order(const std::string& device) const;
  // The image this device may fetch now; null: none.
  [[nodiscard]] const Release* fetchable(const std::string& device) const;
  // The configuration file this device may fetch now; null: none.
  [[nodiscard]] const Digest* fetchable_config(const std::string& device) const;
  // The configuration file that is needed for this device, now or later; null: none.
  [[nodiscard]] const Digest* config_file(const std::string& device) const;
  // Index of the wave the member belongs to, counted from 0 (skipped members keep the wave they were skipped in).
  [[nodiscard]] std::uint32_t wave_of(const Member& member) const;
  // One sentence with the true reason for where the device is.
  [[nodiscard]] std::string why(const std::string& device, const Now& now) const;
  // Nobody is being judged now: why, or empty.
  [[nodiscard]] std::string judging_stands_still(const Now& now) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flotilla::core
