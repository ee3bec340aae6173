// The device agent: takes signed commands, downloads, verifies, arms, tries, confirms or goes back, and reports its whole
// state. Pure: everything outside comes through the ports and the application. No heap; one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "common/flash_text.h"
#include "common/messages.h"
#include "firmware-esp/src/core/agent_config.h"
#include "firmware-esp/src/core/application.h"
#include "firmware-esp/src/core/board.h"
#include "firmware-esp/src/core/command_policy.h"
#include "firmware-esp/src/core/config_download.h"
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
  // logged: image or file system lie where the agent must write, or the journal cannot be written; such a board must not
  // be updated, and the agent must not be stepped. A flash below 4 MB has no slots: the agent runs, reports so and
  // refuses what would need them.
  [[nodiscard]] bool begin();

  // One bounded piece of work (at most one buffer of flash, one command, one heartbeat); call it again and again. It
  // polls the Mqtt and the Download port itself. After restarting() it does nothing more. The longest are an Install,
  // whose signatures are all checked at once because its message is gone with the next poll (three at 0.4 s each on a
  // chip at 80 MHz, half at 160; two where the release has one), and the arming and the way back, which hash a slot of
  // up to 1 MB (below a second).
  void step();

  // Nothing is under way that a deep sleep would disturb (an order from its acceptance to its restart, a trial, the first
  // copy into a slot), and this wake's newest heartbeat was acknowledged at least a second after the command topic was
  // subscribed, so that a retained order has come and been answered. An update that the application puts off lets sleep.
  // On trial it says no; a sketch that limits the time it stays awake may all the same sleep then, and at any other time.
  [[nodiscard]] bool may_sleep() const;

  // Call it right before the platform's deep sleep, which must follow: journals what the wake used of a trial's or a
  // download's time, goes offline in order, and leaves the token by which the wake does not count as a crash. A trial
  // that is over by then is decided, and the way back happens at the wake.
  void prepare_sleep();

  [[nodiscard]] bool restarting() const { return restarting_; }  // Boot::restart() was called
  [[nodiscard]] UpdateState state() const { return ledger_.state(); }
  [[nodiscard]] std::uint64_t attempt_id() const { return ledger_.attempt().attempt_id; }
  [[nodiscard]] Reason error() const { return ledger_.reason(); }
  [[nodiscard]] Reason refusal() const { return report_.refusal; }
  // The running image lies in a slot as well, as the one to go back to.
  [[nodiscard]] bool seeded() const { return ledger_.has_confirmed() && !seed_wanted_; }
  [[nodiscard]] const Digest& running_sha256() const { return running_.sha256; }
  [[nodiscard]] std::uint32_t progress_percent() const;  // of the download in work
  [[nodiscard]] std::uint32_t security_floor() const { return ledger_.confirmed().security_floor; }
  // The newest time that is certain to be past, in seconds since 1970: of the build, of the provisioning, of the newest
  // confirmed release. Valid after begin(). While the time is not known the platform checks certificates against it.
  [[nodiscard]] std::uint64_t clock_floor() const;
  [[nodiscard]] std::uint32_t last_sequence() const { return ledger_.last_command(board_.trust.version).sequence; }

 private:
  static constexpr std::uint32_t kAskAgainMs = 60000;

  // agent.cpp: link, commands, heartbeats
  [[nodiscard]] FlashText obstacle();
  void watch_link();
  void handle(ByteView message);
  void act_on(const CommandCase& subject, const CommandDecision& decision);
  [[nodiscard]] bool accept(const CommandCase& subject);
  [[nodiscard]] bool note(const CommandCase& subject);
  [[nodiscard]] AttemptRecord attempt_of(const CommandCase& subject) const;
  void refuse(std::uint32_t sequence, Reason reason);
  void order_came_back(const CommandCase& subject);
  void hindered_by(Reason reason);
  void ask_again();
  [[nodiscard]] bool low_memory() const;
  [[nodiscard]] bool heard() const;
  [[nodiscard]] bool busy() const;
  [[nodiscard]] std::uint32_t draw_interval();
  [[nodiscard]] std::uint64_t trusted_time() const;
  void report();
  std::size_t encode_heartbeat();
  void log(FlashText text, FlashText detail);
  void say(FlashText text);
  bool journaled(bool durable);  // hands the answer on; says it where it is no
  [[nodiscard]] std::uint32_t now() const { return hal::now_ms(ports_.clock); }
  void changed();  // of state: logs it and sends a heartbeat at once

  // agent_work.cpp: what each state has to do
  void settle();
  [[nodiscard]] bool settle_image();  // whether the running image may be kept
  void count_lost_time();
  void settle_rolled_back(bool runs_new);
  void way_back_is_over();
  [[nodiscard]] bool runs_attempt() const;
  void move(UpdateEvent event, Reason reason = Reason::None);
  void work();
  void seed();
  void seed_failed();
  void keep_running();
  void start_download();
  void download();
  void arm();
  void trial();
  void record_trial_time(std::uint32_t step_seconds);
  void record_progress(std::uint32_t step_seconds);
  void go_back(Reason reason);
  void confirm();
  void fail(Reason reason);
  bool end_attempt(Reason reason);  // true: durable
  bool put_off();
  void defer(std::string_view why);
  void last_words();  // a heartbeat, a short wait for its acknowledgement, and the restart
  void restart_when_heard();

  // agent_provisioning.cpp: a new provisioning on trial, and the other one when there is no broker
  void settle_config();
  void leave_config();
  [[nodiscard]] bool runs_new_config() const;
  void download_config();
  void give_config_up();
  void arm_config();
  void use_config(std::uint32_t version);
  void mind_the_broker();
  void mind_the_silence();
  [[nodiscard]] bool choose_other_config();
  [[nodiscard]] bool may_change_config() const;

  hal::Ports ports_;
  Application& application_;
  AgentConfig config_;
  const Board& board_;
  Ledger ledger_;
  Downloader downloader_;
  ConfigDownload config_download_;
  Seeder seeder_;
  TrialClock trial_clock_;
  HeartbeatTimer heartbeat_;
  ImageIdentity running_;
  AgentReport report_;
  SelfTestResult self_test_ = SelfTestResult::Pending;
  bool seed_wanted_ = false;
  bool broker_heard_ = false;    // in this boot: a heartbeat was acknowledged
  std::uint8_t seed_tries_ = 0;  // that failed in this boot
  bool network_seen_ = false;
  bool acknowledged_ = false;  // a heartbeat of this boot, sent on trial
  bool order_back_ = false;
  bool leaving_ = false;  // a restart is due
  bool restarting_ = false;
  Reason hindrance_ = Reason::None;  // for which the newest command was refused, and which may pass by itself
  std::uint16_t sent_packet_ = 0;    // the newest heartbeat of this session
  std::uint16_t trial_packet_ = 0;   // the first heartbeat of this session that was sent on trial
  std::uint32_t session_ = 0;
  // Moments, by the clock's low 32 bits: only differences count, and all of them are short.
  std::uint32_t up_ms_ = 0;     // this session was first seen
  std::uint32_t asked_ms_ = 0;  // a refused order was asked for again
  std::uint32_t leave_ms_ = 0;  // the restart became due
  std::uint32_t step_ms_ = 0;   // the last step began
  std::uint32_t seed_ms_ = 0;   // a copy failed
  std::uint32_t heard_ms_ = 0;  // the broker last answered for the newest heartbeat, or the boot
  alignas(4) Scratch scratch_{};
};

}  // namespace flotilla
