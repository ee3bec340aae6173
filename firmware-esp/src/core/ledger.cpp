#include "firmware-esp/src/core/ledger.h"

#include <cstring>

namespace flotilla {
namespace {

const LastCommandRecord kNoCommand;

template <typename T>
T larger(T a, T b) {
  return a > b ? a : b;
}

}  // namespace

Ledger::Ledger(hal::Flash& flash) : journal_(flash) {}

bool Ledger::open() {
  if (!journal_.open()) return false;
  if (!load(journal_, boots_)) boots_ = {};
  if (!load(journal_, command_)) command_ = {};
  has_confirmed_ = load(journal_, confirmed_);
  if (!has_confirmed_) confirmed_ = {};
  if (!load(journal_, previous_)) previous_ = {};
  if (!load(journal_, config_use_)) config_use_ = {};
  if (!load(journal_, silence_)) silence_ = {};
  read_attempt();
  return true;
}

void Ledger::read_attempt() {
  state_ = {};
  has_attempt_ = load(journal_, attempt_);
  if (!has_attempt_) {
    attempt_ = {};
    state_.state = UpdateState::Idle;
    return;
  }
  own_records(true);
}

// Those of the attempt in force: as stored, where they are its own, and otherwise as at its begin.
void Ledger::own_records(bool stored) {
  struct Own {
    RecordType type;
    void* record;
    std::size_t size;
  };
  const Own own[] = {{state_.kType, &state_, sizeof state_},
                     {progress_.kType, &progress_, sizeof progress_},
                     {trial_.kType, &trial_, sizeof trial_},
                     {config_trial_.kType, &config_trial_, sizeof config_trial_}};
  const OrderTag tag = attempt_.tag();
  for (const auto& [type, record, size] : own) {
    // Each begins with its tag (asserted in records.h).
    if (stored && load_record(journal_, type, record) && std::memcmp(record, &tag, sizeof tag) == 0) continue;
    std::memset(record, 0, size);
    std::memcpy(record, &tag, sizeof tag);
  }
  // No record says Idle: it is what zeros mean, before the first one.
  if (state_.state == UpdateState::Idle) state_.state = UpdateState::Accepted;
}

const LastCommandRecord& Ledger::last_command(std::uint32_t trust_version) const {
  const LastCommandRecord* last = &kNoCommand;
  for (const auto* command : {&attempt_.command, &command_}) {
    if (command->trust_version == trust_version && command->sequence > last->sequence) last = command;
  }
  return *last;
}

std::uint8_t Ledger::target_slot() const { return has_confirmed_ && confirmed_.slot == 0 ? 1 : 0; }

bool Ledger::attempt_is_confirmed() const { return has_attempt_ && has_confirmed_ && confirmed_.tag == attempt_.tag(); }

bool Ledger::count_boot() {
  ++boots_.count;
  return store(journal_, boots_);
}

bool Ledger::note_command(const LastCommandRecord& command) {
  command_ = command;
  return store(journal_, command_);
}

bool Ledger::accept(const AttemptRecord& attempt) {
  if (!next(state_.state, UpdateEvent::Accept) || !store(journal_, attempt)) return false;
  attempt_ = attempt;
  has_attempt_ = true;
  own_records(false);
  return true;
}

bool Ledger::move(UpdateEvent event, Reason reason) {
  const auto to = next(state_.state, event);
  if (!to) return false;
  if (*to == state_.state) return true;  // a reset that changed nothing costs no record
  state_.state = *to;
  state_.reason = reason;
  state_.settled = false;
  return store(journal_, state_);
}

bool Ledger::settle() {
  if (state_.settled) return true;
  state_.settled = true;
  return store(journal_, state_);
}

bool Ledger::record_progress(std::uint32_t bytes, std::uint32_t seconds) {
  progress_.bytes = bytes;
  progress_.seconds = seconds;
  return store(journal_, progress_);
}

bool Ledger::record_trial(const TrialUseRecord& trial) {
  const OrderTag tag = trial_.tag;
  trial_ = trial;
  trial_.tag = tag;
  return store(journal_, trial_);
}

bool Ledger::confirm_attempt() {
  if (attempt_is_confirmed()) return true;
  PreviousRecord before;
  static_cast<ConfirmedRecord&>(before) = confirmed_;
  ConfirmedRecord now;
  now.tag = attempt_.tag();
  now.slot = target_slot();
  now.image_size = attempt_.image_size;
  now.image_sha256 = attempt_.image_sha256;
  now.release_counter = attempt_.release_counter;
  now.security_floor = larger(confirmed_.security_floor, attempt_.security_floor);
  now.clock_floor = larger(confirmed_.clock_floor, attempt_.created_at);
  now.version = attempt_.version;
  // Previous first: until Confirmed is written both name one slot, and such a Previous is not offered.
  if (!store(journal_, before) || !store(journal_, now)) return false;
  previous_ = before;
  confirmed_ = now;
  has_confirmed_ = true;
  // Where this is lost, only a cable is in vain: the image would not be kept when it is flashed once more.
  if (is_unwanted(now.image_sha256)) (void)mark_unwanted(Digest{});
  return true;
}

bool Ledger::confirm_running(std::uint8_t slot, std::uint32_t size, const Digest& sha256, const VersionText& version) {
  ConfirmedRecord now;
  now.slot = slot;
  now.image_size = size;
  now.image_sha256 = sha256;
  now.security_floor = confirmed_.security_floor;  // a cable does not lower it
  now.clock_floor = confirmed_.clock_floor;
  now.version = version;
  if (!store(journal_, now)) return false;
  confirmed_ = now;
  has_confirmed_ = true;
  return true;
}

bool Ledger::is_unwanted(const Digest& image_sha256) {
  UnwantedRecord unwanted;
  return load(journal_, unwanted) && unwanted.image_sha256 == image_sha256;
}

bool Ledger::mark_unwanted(const Digest& image_sha256) { return store(journal_, UnwantedRecord{image_sha256}); }

bool Ledger::forget_previous() {
  if (previous_.image_size == 0) return true;
  previous_ = {};
  return store(journal_, previous_);
}

bool Ledger::use_config(std::uint32_t version) {
  if (config_use_.version == version) return true;
  const ConfigUseRecord use{version};
  if (!store(journal_, use)) return false;
  config_use_ = use;
  return true;
}

bool Ledger::record_silence(std::uint32_t seconds) {
  if (silence_.seconds == seconds) return true;
  silence_.seconds = seconds;
  return store(journal_, silence_);
}

bool Ledger::use_old_config() {
  const bool changed = config_trial_.new_version != 0 && config_use_.version == config_trial_.new_version;
  return !changed || use_config(config_trial_.old_version);
}

bool Ledger::record_config_trial(std::uint32_t old_version, std::uint32_t new_version) {
  config_trial_.old_version = old_version;
  config_trial_.new_version = new_version;
  return store(journal_, config_trial_);
}

}  // namespace flotilla
