// What the operator API says, as plain values: one struct for each JSON object, the fields in the order of the JSON.
// States and reasons are the names of the enumerators ("confirmed", "SelfTest"; no reason: ""); times are seconds since 1970, 0: never.
// docs/api.md shows each with an example.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::api {

struct UpdateView {
  std::string state;  // as the device reports it
  std::uint64_t attempt = 0;
  std::uint32_t progress = 0;  // percent
  std::string reason;          // why it failed or went back
  std::string error_text;      // a sentence: what the reason means, and what the device added
};

struct BootView {
  std::uint32_t id = 0;
  std::uint32_t count = 0;
  std::string reset_reason;
  std::uint32_t uptime_seconds = 0;
};

struct CapabilitiesView {
  bool local_rollback = false;
  bool power_safe_boot = false;
  std::uint32_t slot_size = 0;
  std::uint32_t flash_size = 0;
};

struct RefusalView {
  std::uint32_t sequence = 0;
  std::string reason;
};

// The order in force: what is retained for the device.
struct OrderView {
  std::string kind;
  std::uint64_t attempt = 0;
  std::uint64_t rollout = 0;
  std::string release;
  std::uint32_t sequence = 0;
  std::int64_t issued_at = 0;
  std::int64_t expires_at = 0;
  bool accepted = false;
};

// The newest configuration that was ordered for the device. Never its content.
struct ConfigView {
  std::string state;
  std::uint64_t attempt = 0;
  std::string reason;
  std::string detail;
  std::string sha256;  // its first 12 digits
  std::string ordered_by;
  std::int64_t ordered_at = 0;
  std::int64_t at = 0;  // since then in this state
};

// It has come to its end, whatever that was.
[[nodiscard]] inline bool has_ended(const ConfigView& config) {
  return config.state != "waiting" && config.state != "ordered" && config.state != "working" &&
         config.state != "rebooting" && config.state != "trial";
}

struct DeviceView {
  std::string id;
  std::string hardware;
  std::string product;
  std::map<std::string, std::string> labels;
  bool online = false;
  bool present = false;  // by the broker's word
  std::int64_t first_seen_at = 0;
  std::int64_t last_heard_at = 0;
  std::string version;       // what it runs, with
  std::string image_sha256;  // the digest it reports
  std::uint32_t release_counter = 0;
  std::uint32_t security_floor = 0;
  bool confirmed = false;  // update.state is "confirmed"
  UpdateView update;
  BootView boot;
  std::string chip_id;  // hexadecimal
  std::string agent_version;
  CapabilitiesView capabilities;
  std::uint32_t free_heap = 0;
  std::uint32_t largest_block = 0;
  std::int32_t rssi = 0;  // dBm
  std::uint32_t next_heartbeat_seconds = 0;
  std::uint32_t trust_version = 0;
  std::uint32_t sequence = 0;       // the highest used or seen by the daemon
  std::uint32_t last_sequence = 0;  // the last the device accepted
  RefusalView refusal;
  std::string deferred;
  std::map<std::string, std::optional<double>> health;
  std::optional<OrderView> order;
  std::optional<ConfigView> config;
};

struct DeviceList {
  std::vector<DeviceView> devices;
};

struct WhyView {
  std::string device;
  std::string why;  // one sentence
};

struct ReleaseView {
  std::string version;
  std::string product;
  std::vector<std::string> hardware;
  std::uint32_t release_counter = 0;
  std::uint32_t security_floor = 0;
  std::string minimum_version;
  std::uint32_t image_size = 0;
  std::string image_sha256;
  std::int64_t created_at = 0;  // when it was signed
  std::int64_t added_at = 0;
  std::string added_by;
  std::uint32_t running_on = 0;  // devices that report this very image
};

struct ReleaseList {
  std::vector<ReleaseView> releases;
};

using StateCounts = std::map<std::string, std::uint32_t>;  // member state → devices

struct WaveView {
  std::uint32_t number = 0;  // from 1
  std::string size;          // cumulative, as it was asked for: "4", "10%"
  bool open = false;
  std::uint32_t members = 0;  // of this wave alone
  StateCounts counts;
};

struct MemberView {
  std::string device;
  std::uint32_t wave = 0;  // from 1
  std::string state;
  std::string reason;       // why it is there
  std::string skip_reason;  // why it was passed over
  std::string detail;       // the device's own words, or a sentence
  std::string explanation;  // of the reason, for people
  std::uint64_t attempt = 0;
  std::uint32_t attempts = 0;
  std::uint32_t progress = 0;  // percent, while it downloads
  std::string previous_version;
  std::int64_t changed_at = 0;
};

struct PolicyView {
  std::string waves;
  std::uint32_t success_percent = 0;
  std::uint32_t failure_limit = 0;
  std::uint32_t soak_seconds = 0;
  std::uint32_t offline_seconds = 0;
  std::uint32_t accept_seconds = 0;
  std::uint32_t progress_seconds = 0;
  std::uint32_t silent_seconds = 0;
  std::uint32_t order_seconds = 0;
  std::uint32_t download_seconds = 0;
  std::uint32_t trial_boots = 0;
  std::uint32_t trial_seconds = 0;
  std::uint32_t trial_maximum_seconds = 0;
  std::uint32_t at_once = 0;
};

struct RolloutView {
  std::uint64_t id = 0;
  std::string release;
  std::string state;
  std::string reason;
  std::string reason_text;
  std::uint32_t open_wave = 0;  // number of the newest open wave
  std::uint32_t total = 0;      // its members
  StateCounts counts;
  std::int64_t created_at = 0;
  std::string created_by;
  std::int64_t ended_at = 0;
};

struct RolloutList {
  std::vector<RolloutView> rollouts;
};

// In JSON the fields of `rollout` are the object's own.
struct RolloutDetail {
  RolloutView rollout;
  std::vector<std::string> warnings;  // what an operator should know before it gets far
  PolicyView policy;
  std::vector<WaveView> waves;
  std::vector<MemberView> members;
};

struct HistoryView {
  std::int64_t at = 0;
  std::string actor;
  std::string device;
  std::uint64_t rollout = 0;  // 0: not about a rollout
  std::string event;
  std::string text;
};

struct HistoryList {
  std::vector<HistoryView> history;
};

struct DevicesSummary {
  std::uint32_t total = 0;
  std::uint32_t online = 0;
};

struct StatusView {
  std::string version;         // of the daemon
  std::string state;           // "running", "degraded"
  std::string degraded_cause;  // empty while running
  std::string orders_wait;     // why commands are ready and not sent; empty: nothing holds them up
  bool broker_connected = false;
  bool clock_trusted = false;  // without it nothing is signed
  bool judging = false;
  std::string judging_stands_still;  // why nobody is judged; empty while judging
  std::uint32_t trust_version = 0;
  std::uint32_t release_count = 0;
  DevicesSummary devices;
  std::vector<RolloutView> rollouts;  // those that have not ended
  std::map<std::string, std::uint64_t> counters;
};

// A rollout that has come to its end by itself or by an operator. Halted counts: nothing happens until somebody acts.
[[nodiscard]] inline bool has_ended(const RolloutView& rollout) {
  return rollout.state == "completed" || rollout.state == "halted" || rollout.state == "aborted" ||
         rollout.state == "reverted";
}

}  // namespace flotilla::api
