// The device agent: takes signed commands, downloads, verifies, arms, tries, confirms or goes back, and reports its whole
// state. Pure: everything outside comes through the ports and the application. No heap; one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/messages.h"
#include "firmware-esp/src/core/agent_config.h"
#include "firmware-esp/src/core/application.h"
#include "firmware-esp/src/core/board.h"
#include "firmware-esp/src/core/command_policy.h"
#include "firmware-esp/src/core/downloader.h"
#include "firmware-esp/src/core/heartbeat.h"
#include "firmware-esp/src/core/ledger.h"
#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/core/trial.h"
#include "firmware-esp/src/hal.h"

namespace flotilla {

class Agent {
 public:
  // Everything given must outlive the agent; the config is copied.
  Agent(const hal::Ports& ports, Application& application, const AgentConfig& config, const Board& board);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  // Opens the journal, identifies the running image by its hash and settles what the reset left. false, with the reason
  // logged: the flash is too small or the journal cannot be written; such a board must not be updated.
  [[nodiscard]] bool begin();

  // One bounded piece of work (at most one buffer of flash, one command, one heartbeat); call it again and again. It
  // polls the Mqtt and the Download port itself. After restarting() it does nothing more.
  void step();

  [[nodiscard]] bool restarting() const { return restarting_; }  // Boot::restart() was called
  [[nodiscard]] UpdateState state() const { return ledger_.state(); }
  [[nodiscard]] std::uint64_t attempt_id() const { return ledger_.attempt().attempt_id; }
  [[nodiscard]] Reason error() const { return ledger_.reason(); }
  [[nodiscard]] Reason refusal() const { return report_.refusal; }
  // The running image lies in a slot as well, as the one to go back to.
  [[nodiscard]] bool seeded() const { return ledger_.has_confirmed() && !seed_wanted_; }
  [[nodiscard]] const Digest& running_sha256() const { return running_.sha256; }
  [[nodiscard]] std::uint32_t security_floor() const { return ledger_.confirmed().security_floor; }
  [[nodiscard]] std::uint32_t last_sequence() const { return ledger_.last_command(board_.trust.version).sequence; }

 private:
  // agent.cpp: link, commands, heartbeats
  void watch_link();
  void handle(ByteView message);
  void act_on(const CommandCase& subject, const CommandDecision& decision);
  [[nodiscard]] bool accept(const CommandCase& subject);
  [[nodiscard]] bool note(const CommandCase& subject);
  void refuse(std::uint32_t sequence, Reason reason);
  void order_came_back(const CommandCase& subject);
  [[nodiscard]] std::uint64_t trusted_time() const;
  void report();
  std::size_t encode_heartbeat();
  void log(std::string_view text, std::string_view detail = {});
  void changed();  // of state: logs it and sends a heartbeat at once

  // agent_work.cpp: what each state has to do
  void settle();
  void settle_rolled_back(bool runs_new);
  void way_back_is_over();
  [[nodiscard]] bool runs_attempt() const;
  void move(UpdateEvent event, Reason reason = Reason::None);
  void work();
  void seed();
  void keep_running();
  void start_download();
  void download();
  void arm();
  void trial();
  void record_trial_time();
  void go_back(Reason reason);
  void confirm();
  void fail(Reason reason);
  bool put_off();
  void last_words();  // a heartbeat, a short wait for its acknowledgement, and the restart
  void restart_when_heard();

  hal::Ports ports_;
  Application& application_;
  AgentConfig config_;
  const Board& board_;
  Ledger ledger_;
  Downloader downloader_;
  Seeder seeder_;
  TrialClock trial_clock_;
  HeartbeatTimer heartbeat_;
  ImageIdentity running_;
  AgentReport report_;
  SelfTestResult self_test_ = SelfTestResult::Pending;
  bool seed_wanted_ = false;
  bool network_seen_ = false;
  bool acknowledged_ = false;  // a heartbeat of this boot, sent on trial
  bool order_back_ = false;
  bool leaving_ = false;  // a restart is due
  bool restarting_ = false;
  std::uint16_t sent_packet_ = 0;   // the newest heartbeat of this session
  std::uint16_t trial_packet_ = 0;  // the first heartbeat of this session that was sent on trial
  std::uint32_t session_ = 0;
  std::uint64_t leave_ms_ = 0;  // at the latest
  std::uint64_t step_ms_ = 0;   // when the last step began
  std::uint64_t seed_ms_ = 0;   // a failed copy is tried again from then on
  alignas(4) Scratch scratch_{};
};

}  // namespace flotilla
