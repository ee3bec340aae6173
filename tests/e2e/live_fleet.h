// A whole fleet of real processes in a folder of its own: authority, mosquitto, flotillad, virtual ESPs, driven by the
// command line. Everything throws std::runtime_error with the program's own words. One at a time in a process: it sets
// FLOTILLA_AUTHORITY and FLOTILLA_SOCKET.
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace flotilla::test {

class LiveFleet {
 public:
  // Makes the authority, enrols the boards esp-01, esp-02, ..., starts everything and waits until all are online on 1.0.0.
  // `sector_ms`: how long a board's flash takes for a sector; a real one takes about 40. `board_options`: further ones of
  // `virtual-esp run`.
  explicit LiveFleet(int boards, int sector_ms = 1, std::vector<std::string> board_options = {});
  ~LiveFleet();
  LiveFleet(const LiveFleet&) = delete;
  LiveFleet& operator=(const LiveFleet&) = delete;

  void start_broker();
  void end_broker(int signal) { broker_.end(signal); }
  void forget_broker_state();  // as if its disk were new; only while it is stopped
  void start_daemon();
  void end_daemon(int signal) { daemon_.end(signal); }
  [[nodiscard]] bool daemon_runs() { return daemon_.running(); }
  void start_boards();
  void end_boards(int signal) { boards_.end(signal); }

  // Runs `flotilla` with these arguments.
  static CommandResult flotilla(const std::vector<std::string>& arguments);
  // With -o json; throws where the exit code is not 0.
  static nlohmann::json ask(std::vector<std::string> arguments);

  // An image, signed with the release key and added. `fault` as for `virtual-esp image --fault`, or empty.
  void release(const std::string& version, const std::string& fault = {});
  // Only the bundle's file.
  std::string bundle(const std::string& version, const std::string& fault = {}, const std::string& key = {});
  // Returns the rollout's id.
  static std::uint64_t start_rollout(const std::string& version, const std::vector<std::string>& options);
  static std::string rollout_state(std::uint64_t id);
  static nlohmann::json devices();
  static nlohmann::json members(std::uint64_t rollout);
  static nlohmann::json device(const std::string& id);
  static std::string digest_of(const std::string& version);
  // Waits until the condition holds, with the logs' ends and the devices in the exception where it never does.
  void wait_for(const std::string& what, const std::function<bool()>& condition, int seconds = 60);
  // All boards online, each with the image of this release.
  void wait_all_run(const std::string& version, int seconds = 60);

  [[nodiscard]] const std::vector<std::string>& boards() const { return ids_; }
  [[nodiscard]] std::string file(const std::string& name) const { return dir_.file(name); }
  [[nodiscard]] std::string log(const std::string& name) const { return read_file(dir_.path() / (name + ".log")); }

 private:
  [[nodiscard]] std::string diagnosis() const;

  TempDir dir_;
  int sector_ms_;
  std::vector<std::string> board_options_;
  std::vector<std::string> ids_;
  Process broker_;
  Process daemon_;
  Process boards_;
};

}  // namespace flotilla::test
