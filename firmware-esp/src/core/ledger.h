// The journal's records as values in RAM, written through: what the agent knows across resets.
#pragma once

#include <cstdint>

#include "common/messages.h"
#include "common/update_state.h"
#include "firmware-esp/src/core/journal.h"
#include "firmware-esp/src/core/records.h"

namespace flotilla {

class Ledger {
 public:
  explicit Ledger(hal::Flash& flash);

  // Opens the journal and reads every record. false: the flash failed.
  [[nodiscard]] bool open();

  [[nodiscard]] UpdateState state() const { return state_.state; }
  [[nodiscard]] Reason reason() const { return state_.reason; }
  [[nodiscard]] bool has_attempt() const { return has_attempt_; }
  [[nodiscard]] const AttemptRecord& attempt() const { return attempt_; }  // zeros without one
  [[nodiscard]] bool settled() const { return state_.settled; }
  [[nodiscard]] bool has_confirmed() const { return has_confirmed_; }
  [[nodiscard]] const ConfirmedRecord& confirmed() const { return confirmed_; }          // zeros without one
  [[nodiscard]] const PreviousRecord& previous() const { return previous_; }             // image_size 0: there is none
  [[nodiscard]] const ProgressRecord& progress() const { return progress_; }             // of the attempt in force
  [[nodiscard]] const TrialUseRecord& trial() const { return trial_; }                   // of the attempt in force
  [[nodiscard]] const ConfigTrialRecord& config_trial() const { return config_trial_; }  // of the attempt in force
  [[nodiscard]] std::uint32_t config_use() const { return config_use_.version; }         // 0: the journal does not say
  [[nodiscard]] std::uint32_t silence() const { return silence_.seconds; }               // of the wakes before this one
  [[nodiscard]] bool has_config_attempt() const { return has_attempt_ && attempt_.kind == AttemptKind::Config; }
  [[nodiscard]] std::uint32_t boot_count() const { return boots_.count; }

  // The last command accepted under that version of the trust store; sequence 0: none.
  [[nodiscard]] const LastCommandRecord& last_command(std::uint32_t trust_version) const;
  // The slot that does not hold the confirmed image: the only one that may be written.
  [[nodiscard]] std::uint8_t target_slot() const;
  // The confirmed image is the one of the attempt in force.
  [[nodiscard]] bool attempt_is_confirmed() const;

  // The image failed its trial and passed none since; read from the journal at each call.
  [[nodiscard]] bool is_unwanted(const Digest& image_sha256);

  // All of these return true when the change is durable. RAM takes the change in any case but accept(), so that a board
  // whose flash fails still reports what happens.
  [[nodiscard]] bool count_boot();
  [[nodiscard]] bool note_command(const LastCommandRecord& command);
  // Replaces the attempt in force; false leaves all as it was.
  [[nodiscard]] bool accept(const AttemptRecord& attempt);
  // Takes the row of the transition table; a pair that is not in it changes nothing and returns false.
  [[nodiscard]] bool move(UpdateEvent event, Reason reason = Reason::None);
  [[nodiscard]] bool settle();  // RolledBack: the old image runs again
  [[nodiscard]] bool record_progress(std::uint32_t bytes, std::uint32_t seconds);
  [[nodiscard]] bool record_trial(const TrialUseRecord& trial);
  [[nodiscard]] bool confirm_attempt();  // keeps the attempt's image, remembers the one before
  [[nodiscard]] bool confirm_running(std::uint8_t slot, std::uint32_t size, const Digest& sha256,
                                     const VersionText& version);
  [[nodiscard]] bool forget_previous();                  // before its slot is written
  [[nodiscard]] bool use_config(std::uint32_t version);  // from the next boot on; false leaves all as it was
  [[nodiscard]] bool use_old_config();                   // that of before the Config attempt in force
  [[nodiscard]] bool record_silence(std::uint32_t seconds);
  [[nodiscard]] bool record_config_trial(std::uint32_t old_version, std::uint32_t new_version);
  [[nodiscard]] bool mark_unwanted(const Digest& image_sha256);  // of the image that stays for want of a way back

 private:
  void read_attempt();
  void own_records(bool stored);

  Journal journal_;
  AttemptRecord attempt_;
  AttemptStateRecord state_;
  LastCommandRecord command_;
  ConfirmedRecord confirmed_;
  PreviousRecord previous_;
  ProgressRecord progress_;
  TrialUseRecord trial_;
  ConfigTrialRecord config_trial_;
  ConfigUseRecord config_use_;
  SilenceRecord silence_;
  BootsRecord boots_;
  bool has_attempt_ = false;
  bool has_confirmed_ = false;
};

}  // namespace flotilla
