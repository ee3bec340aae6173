// A device as the daemon may meet it: the real transition table, a journal, two images, and faults. One thread, virtual
// time; randomness by the seed handed in.
#pragma once

#include <optional>
#include <random>
#include <set>
#include <string>

#include "common/messages.h"
#include "daemon/core/types.h"

namespace flotilla::simulation {

using Random = std::mt19937_64;

// true once in `n` on average.
[[nodiscard]] bool once_in(Random& random, std::uint64_t n);
[[nodiscard]] std::int64_t between(Random& random, std::int64_t low, std::int64_t high);

// What an image does when it runs for the first time.
enum class ImageFault { None, SelfTestFails, Crashes, NoNetwork, Hangs };

// What a provisioning does on its trial.
enum class ConfigFault { None, WrongWifi, WrongBroker, Rejected };

struct Image {
  std::string version;
  Digest sha256;
  std::uint32_t counter = 0;
  std::uint32_t floor = 0;
  ImageFault fault = ImageFault::None;
};

class SimDevice {
 public:
  SimDevice(std::string id, Image image, std::uint32_t boot_id);

  // What is retained on its topic, seen over a working connection; redelivered as often as one likes. `config` counts for
  // an UpdateConfig, `image` for an Install.
  void receive(const core::Order& order, const Image& image, ConfigFault config, core::WallTime wall);
  // `seconds` pass. `connected`: to the broker, which is up; `own_order`: its Install is retained there.
  void step(Random& random, int seconds, bool connected, bool broker_up, bool own_order);
  void power_cut();
  void lose_journal();

  [[nodiscard]] Heartbeat heartbeat() const;
  [[nodiscard]] bool can_talk() const;
  [[nodiscard]] bool has_news() const { return news_; }
  void told() { news_ = false; }
  [[nodiscard]] const std::string& id() const { return id_; }
  [[nodiscard]] const Image& running() const { return running_; }
  [[nodiscard]] UpdateState state() const { return state_; }
  [[nodiscard]] std::uint64_t attempt() const { return attempt_; }
  // Its newest attempt is a configuration's.
  [[nodiscard]] bool on_config() const { return is_config_; }
  // Of the configuration that it confirmed last; 0: none.
  [[nodiscard]] std::uint64_t confirmed_config() const { return confirmed_config_; }
  // What it did that a device must never do; empty: nothing.
  [[nodiscard]] const std::string& broken() const { return broken_; }

  // --- faults, switched by the world
  bool stuck = false;  // makes no progress
  bool deaf = false;   // does not accept anything
  bool deferring = false;
  Reason hindrance = Reason::None;  // every order that begins something is refused for it

 private:
  void move(UpdateEvent event);
  void refuse(std::uint32_t sequence, Reason reason);
  void boot();
  void work(Random& random, int seconds);
  void try_out(Random& random, int seconds, bool connected, bool broker_up, bool own_order);
  void go_back(Reason reason);
  void try_config(Random& random, int seconds, bool connected, bool own_order);
  void swap_images();

  std::string id_;
  Image running_;
  Image other_;  // in the slot, or the one to go back to
  std::optional<core::Order> order_;
  UpdateState state_ = UpdateState::Idle;
  std::uint64_t attempt_ = 0;
  std::set<std::uint64_t> accepted_attempts_;
  std::uint32_t last_sequence_ = 0;
  std::uint32_t refused_sequence_ = 0;
  Reason refusal_ = Reason::None;
  Reason error_ = Reason::None;
  std::uint32_t progress_ = 0;
  std::uint32_t floor_ = 0;
  std::uint32_t boot_id_;
  std::uint32_t boot_count_ = 1;
  std::uint32_t uptime_ = 0;
  int trial_seconds_ = 0;
  int down_seconds_ = 0;  // rebooting
  int hang_seconds_ = 0;
  bool hangs_ = false;
  bool news_ = true;
  bool lost_its_journal_ = false;
  bool is_config_ = false;
  ConfigFault config_fault_ = ConfigFault::None;
  std::uint64_t confirmed_config_ = 0;
  std::string broken_;
};

}  // namespace flotilla::simulation
