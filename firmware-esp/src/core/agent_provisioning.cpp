// A new provisioning on trial (UpdateConfig), and the other of two provisionings when there is no broker.
#include "firmware-esp/src/core/agent.h"

namespace flotilla {

bool Agent::runs_new_config() const {
  const auto& trial = ledger_.config_trial();
  return trial.new_version != 0 && board_.config_version == trial.new_version;
}

void Agent::settle_config() {
  const auto& trial = ledger_.config_trial();
  const UpdateState state = ledger_.state();
  const bool armed = state == UpdateState::Armed;
  if (armed || state == UpdateState::Trial) {
    if (runs_new_config()) return move(UpdateEvent::BootNew);
    // Power went away between the two records of arming.
    if (armed && trial.new_version != 0 && ledger_.config_use() != trial.new_version) {
      return use_config(trial.new_version);
    }
    // It was good when it was armed, and cannot be read any more.
    move(UpdateEvent::BootOld, Reason::FlashError);
    leave_config();
  } else if (state != UpdateState::RolledBack) {
    move(UpdateEvent::Reset);
  } else if (!ledger_.settled()) {
    leave_config();
  }
}

// The restart that brings the old provisioning back happens once: where the old one cannot be read, the new one stays.
void Agent::leave_config() {
  const bool journaled_new = ledger_.config_use() == ledger_.config_trial().new_version;
  if (journaled(ledger_.use_old_config()) && runs_new_config() && journaled_new) return last_words();
  if (ledger_.state() != UpdateState::RolledBack) return;
  // Nobody counts the boots of a provisioning that is not on trial: one that crashed must not be tried in turn.
  if (ledger_.reason() == Reason::Crash && !runs_new_config()) (void)void_config(ports_.flash, other_copy(board_));
  way_back_is_over();
}

void Agent::download_config() {
  if (!config_download_.active()) {
    seeder_.stop();  // it would share the one stream of the hash
    config_download_.begin(ports_, ledger_.progress().seconds);
  }
  const Progress progress = config_download_.step(ports_, ledger_, board_, scratch_);
  record_progress(Fetcher::kRecordSeconds);
  report_.http_status = config_download_.http_status();
  if (progress == Progress::Done) move(UpdateEvent::ImageVerified);
  if (progress == Progress::Failed) fail(config_download_.reason());
}

// What was fetched and will not be tried must not be taken for a provisioning when the broker is lost some day.
void Agent::give_config_up() {
  if (!ledger_.has_config_attempt() || !is_active(ledger_.state())) return;
  config_download_.stop(ports_);
  if (ledger_.progress().bytes == 0) return;
  if (!void_config(ports_.flash, other_copy(board_))) say(FLOTILLA_TEXT("the new provisioning could not be voided"));
}

// Armed comes before the choice of the copy. The other way round a cut between the two would use a provisioning that
// nobody has on trial.
void Agent::arm_config() {
  const ConfigCopy fresh = inspect_config(ports_.flash, other_copy(board_));
  if (!fresh.good || !ledger_.record_config_trial(board_.config_version, fresh.version)) {
    return fail(Reason::FlashError);
  }
  if (!ledger_.move(UpdateEvent::Arm)) return move(UpdateEvent::BootOld, Reason::FlashError);
  changed();
  use_config(fresh.version);
}

void Agent::use_config(std::uint32_t version) {
  if (journaled(ledger_.use_config(version))) return last_words();
  move(UpdateEvent::BootOld, Reason::FlashError);
}

bool Agent::may_change_config() const {
  switch (ledger_.state()) {
    case UpdateState::Armed:
    case UpdateState::Trial: return false;
    // Its trial, and its place, belong to the attempt.
    case UpdateState::Accepted:
    case UpdateState::Downloading:
    case UpdateState::Verified: return !ledger_.has_config_attempt();
    case UpdateState::RolledBack: return ledger_.settled();
    case UpdateState::Idle:
    case UpdateState::Confirmed:
    case UpdateState::Failed: break;
  }
  return true;
}

// A password that changes next week, an address that comes back tomorrow: both provisionings in turn, for ever.
void Agent::mind_the_broker() {
  if (downloader_.flows()) heard_ms_ = now();  // MQTT may be closed meanwhile
  const std::uint32_t patience_ms = config_.broker_patience_seconds * 1000;
  if (leaving_ || now() - heard_ms_ < patience_ms || !may_change_config() || !application_.not_now().empty()) return;
  heard_ms_ = now();
  if (choose_other_config()) last_words();
}

// A board that sleeps is never awake for so long: the wakes in vain are summed, and its next wake is with the other one.
void Agent::mind_the_silence() {
  std::uint32_t silence = 0;
  if (!broker_heard_) {
    silence = ledger_.silence();
    if (silence < config_.broker_patience_seconds) silence += now() / 1000 + config_.sleep_seconds;
    if (silence >= config_.broker_patience_seconds && may_change_config() && choose_other_config()) silence = 0;
  }
  journaled(ledger_.record_silence(silence));
}

bool Agent::choose_other_config() {
  const ConfigCopy other = inspect_config(ports_.flash, other_copy(board_));
  if (!other.good || other.version == board_.config_version) return false;
  if (!journaled(ledger_.use_config(other.version))) return false;
  say(FLOTILLA_TEXT("no broker for long, the other provisioning is tried"));
  return true;
}

}  // namespace flotilla
