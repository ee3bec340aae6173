// What the agent does in each state, and what it makes of a reset.
#include "common/flash_map.h"
#include "firmware-esp/src/core/agent.h"
#include "firmware-esp/src/core/way_back.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kSeedRetryMs = 60000;
constexpr std::uint32_t kTrialRecordSeconds = 10;
constexpr std::uint32_t kBootSeconds = 10;  // what a reset costs a download at least: to boot, and to connect twice
constexpr std::uint8_t kSeedTries = 3;

}  // namespace

bool Agent::runs_attempt() const {
  return ledger_.has_attempt() && !ledger_.has_config_attempt() && running_.size != 0 &&
         running_.sha256 == ledger_.attempt().image_sha256;
}

void Agent::settle() {
  bool seed_allowed = true;
  if (ledger_.state() == UpdateState::Downloading) count_lost_time();
  if (ledger_.has_config_attempt()) {
    settle_config();
  } else {
    seed_allowed = settle_image();
  }
  const bool in_slot = ledger_.has_confirmed() && ledger_.confirmed().image_sha256 == running_.sha256;
  const bool may_be_kept = seed_allowed && running_.size != 0 && !ledger_.is_unwanted(running_.sha256);
  seed_wanted_ = may_be_kept && !in_slot && flash_map::has_slots(ports_.flash.size());
  if (in_slot && seed_allowed) keep_running();
  trial_clock_.begin(ledger_.trial().seconds, ledger_.trial().total_seconds);
}

bool Agent::settle_image() {
  const bool runs_new = runs_attempt();
  const UpdateState state = ledger_.state();
  const bool armed = state == UpdateState::Armed;
  if (state == UpdateState::RolledBack) {
    settle_rolled_back(runs_new);
  } else if (!armed && state != UpdateState::Trial) {
    move(UpdateEvent::Reset);
    return true;
  } else if (runs_new) {
    move(UpdateEvent::BootNew);
  } else if (armed && !ports_.boot.facts().tried) {
    move(UpdateEvent::BootOld, Reason::ArmFailed);
  } else {
    // The boot path left the image by itself, which it does only when the image did not come up: where it is still Armed
    // not even as far as here.
    if (armed) (void)ledger_.move(UpdateEvent::BootNew);
    move(UpdateEvent::BootOld, Reason::Crash);
    way_back_is_over();
  }
  return !runs_new;
}

// The time between the last record of the progress and the reset is not known. Without counting any, a board that resets
// more often than there are records would never come to its deadline. A sleep was recorded to the second.
void Agent::count_lost_time() {
  if (ports_.boot.facts().reset_reason == ResetReason::DeepSleep) return;
  const ProgressRecord& before = ledger_.progress();
  journaled(ledger_.record_progress(before.bytes, before.seconds + kBootSeconds));
}

void Agent::settle_rolled_back(bool runs_new) {
  const bool runs_confirmed = ledger_.has_confirmed() && running_.sha256 == ledger_.confirmed().image_sha256;
  if (runs_confirmed || !runs_new) {
    move(UpdateEvent::BootOld);
    return way_back_is_over();
  }
  // The way back was cut.
  move(UpdateEvent::BootNew);
  if (arm_way_back(ledger_, ports_.flash, ports_.boot, ports_.crypto, scratch_)) {
    last_words();
  } else {
    say(FLOTILLA_TEXT("no way back, the unwanted image stays"));
    // In this order: once a new order may come, this attempt may be forgotten.
    if (ledger_.mark_unwanted(running_.sha256)) way_back_is_over();
  }
}

// From here on a new order may come.
void Agent::way_back_is_over() { journaled(ledger_.settle()); }

// Each change is in the journal before anything is done about it, and is reported at once.
void Agent::move(UpdateEvent event, Reason reason) {
  const UpdateState before = ledger_.state();
  journaled(ledger_.move(event, reason));
  if (ledger_.state() != before) changed();
}

void Agent::work() {
  // A new provisioning needs no image to go back to, and its trial cannot wait for one.
  const bool concerns_config = ledger_.has_config_attempt() && is_active(ledger_.state());
  if (seed_wanted_ && !concerns_config) return seed();
  switch (ledger_.state()) {
    case UpdateState::Accepted: return start_download();
    case UpdateState::Downloading: return download();
    case UpdateState::Verified: return arm();
    case UpdateState::Trial: return trial();
    case UpdateState::Idle:
    case UpdateState::Armed:
    case UpdateState::Confirmed:
    case UpdateState::RolledBack:
    case UpdateState::Failed: break;
  }
}

// Before anything else is written there must be an image to go back to.
void Agent::seed() {
  if (!seeder_.active()) {
    if (seed_tries_ != 0 && now() - seed_ms_ < kSeedRetryMs) return;
    // The slot may hold what a download left there, or the confirmed image of before a serial flash.
    if (ledger_.progress().bytes != 0 && !ledger_.record_progress(0, ledger_.progress().seconds)) return seed_failed();
    if (!ledger_.forget_previous()) return seed_failed();
    seeder_.begin(ledger_.target_slot(), running_);
  }
  const Progress progress = seeder_.step(ports_.flash, ports_.crypto, scratch_);
  if (progress == Progress::Working) return;
  seeder_.stop();
  if (progress == Progress::Done &&
      ledger_.confirm_running(seeder_.slot(), running_.size, running_.sha256, VersionText(config_.version))) {
    seed_wanted_ = false;
    keep_running();
    say(FLOTILLA_TEXT("the running image is kept"));
    return;
  }
  seed_failed();
}

void Agent::seed_failed() {
  say(FLOTILLA_TEXT("the running image was not copied"));
  seed_ms_ = now();
  if (seed_tries_ < kSeedTries) ++seed_tries_;
  // No update waits for ever for a flash that does not work.
  if (seed_tries_ == kSeedTries && next(ledger_.state(), UpdateEvent::Fail)) fail(Reason::FlashError);
}

void Agent::keep_running() {
  if (!ports_.boot.keep(ledger_.confirmed().slot, ledger_.confirmed().image_size)) {
    say(FLOTILLA_TEXT("the boot path did not note the image"));
  }
}

// An accepted update waits for both: a battery may have run low since it was accepted.
bool Agent::put_off() {
  const std::string_view busy = application_.not_now();
  // A battery that is too low for an update is not for a new provisioning, which may be what the board needs.
  defer(busy.empty() && !ledger_.has_config_attempt() ? application_.unfit() : busy);
  return !report_.deferred.empty();
}

// Only that it begins or ends is worth a heartbeat: a text with a reading in it may change with every step.
void Agent::defer(std::string_view why) {
  if (why.empty() != report_.deferred.empty()) heartbeat_.now();
  report_.deferred.assign_cut(why);
}

void Agent::start_download() {
  if (put_off()) return;
  if (ledger_.has_config_attempt()) return move(UpdateEvent::StartDownload);
  // The running image could not be measured, and so not be kept: without a way back nothing is tried.
  if (!ledger_.has_confirmed()) return fail(Reason::FlashError);
  if (ledger_.attempt().kind == AttemptKind::Install && !ledger_.forget_previous()) return fail(Reason::FlashError);
  move(UpdateEvent::StartDownload);
}

void Agent::download() {
  if (ledger_.has_config_attempt()) return download_config();
  const AttemptRecord& order = ledger_.attempt();
  if (!downloader_.active()) {
    ProgressRecord done = ledger_.progress();
    // What a Revert wants is in the slot already: all that is left is to hash it.
    if (order.kind == AttemptKind::Revert) done.bytes = order.image_size;
    // What is there already is only hashed again. It gets that time once more, but not for ever.
    const std::uint64_t parts = done.bytes < order.image_size ? 1 : 2;
    if (done.seconds >= parts * order.download_seconds) return fail(Reason::DownloadDeadline);
    downloader_.begin(ports_, ledger_.target_slot(), done, config_.download_bytes_per_second);
  }
  const Progress progress = downloader_.step(ports_, order, scratch_);
  record_progress(Fetcher::kRecordSeconds);
  report_.http_status = downloader_.http_status();
  report_.progress_bytes = downloader_.bytes();
  if (progress == Progress::Done) move(UpdateEvent::ImageVerified);
  if (progress == Progress::Failed) fail(downloader_.reason());
}

void Agent::record_progress(std::uint32_t step_seconds) {
  const bool of_config = config_download_.active();
  const std::uint32_t safe = of_config ? ledger_.progress().bytes : downloader_.safe_bytes(ledger_.attempt());
  const Fetcher& fetcher = of_config ? static_cast<const Fetcher&>(config_download_) : downloader_;
  const std::uint32_t seconds = fetcher.seconds(ports_.clock);
  if (safe <= ledger_.progress().bytes && seconds < ledger_.progress().seconds + step_seconds) return;
  // Not durable only means that more is fetched again after a cut.
  journaled(ledger_.record_progress(safe, seconds));
}

void Agent::fail(Reason reason) { (void)end_attempt(reason); }

bool Agent::end_attempt(Reason reason) {
  give_config_up();
  downloader_.stop(ports_);
  report_.deferred.clear();
  const bool durable = journaled(ledger_.move(UpdateEvent::Fail, reason));
  changed();
  return durable;
}

// Armed is in the journal before the boot path is told. The other way round a cut between the two would start an image
// that nobody has on trial. This way round it costs the attempt: ArmFailed.
void Agent::arm() {
  if (put_off()) return;
  if (ledger_.has_config_attempt()) return arm_config();
  if (!ensure_filler(ports_.flash, ledger_.target_slot())) return fail(Reason::FlashError);
  if (!ledger_.move(UpdateEvent::Arm)) return move(UpdateEvent::BootOld, Reason::FlashError);
  changed();
  hal::BootOrder order;
  order.slot = ledger_.target_slot();
  order.length = ledger_.attempt().image_size;
  order.fallback_slot = ledger_.confirmed().slot;
  order.fallback_length = ledger_.confirmed().image_size;
  order.trial_boots = ledger_.attempt().trial_boots;
  if (!ports_.boot.arm(order)) return move(UpdateEvent::BootOld, Reason::ArmFailed);
  last_words();
}

void Agent::trial() {
  const bool of_config = ledger_.has_config_attempt();
  if (!of_config && self_test_ == SelfTestResult::Pending) self_test_ = application_.self_test();
  record_trial_time(kTrialRecordSeconds);
  TrialFacts facts;
  facts.network_seen = network_seen_;
  facts.acknowledged = acknowledged_;
  facts.order_back = order_back_;
  facts.link_up = ports_.mqtt.link() == hal::Link::Up;
  // The image is the one of before. And that the broker cannot be reached at all may be the provisioning's fault.
  facts.self_test = of_config ? SelfTestResult::Passed : self_test_;
  facts.seconds = of_config ? trial_clock_.total_seconds() : trial_clock_.seconds();
  facts.total_seconds = trial_clock_.total_seconds();
  facts.seconds_allowed = ledger_.attempt().trial_seconds;
  facts.total_allowed = ledger_.attempt().trial_maximum_seconds;
  // A cut between the two records of a confirmation: the image is kept already.
  if (ledger_.attempt_is_confirmed()) return confirm();
  const TrialDecision decision = decide_trial(facts);
  switch (decision.verdict) {
    case TrialVerdict::Continue: return;
    case TrialVerdict::Confirm: return confirm();
    case TrialVerdict::GoBack: return go_back(decision.reason);
  }
}

// At most one record in `step_seconds`: the flash wears.
void Agent::record_trial_time(std::uint32_t step_seconds) {
  TrialUseRecord use = ledger_.trial();
  if (trial_clock_.total_seconds() < use.total_seconds + step_seconds) return;
  use.seconds = trial_clock_.seconds();
  use.total_seconds = trial_clock_.total_seconds();
  journaled(ledger_.record_trial(use));
}

// The boot path first: the other way round a cut could leave it counting the trial boots of an image that the journal
// holds for confirmed. This way round the trial goes on.
void Agent::confirm() {
  if (ledger_.has_config_attempt()) return move(UpdateEvent::Confirm);
  if (!ports_.boot.confirm() || !ledger_.confirm_attempt()) return;  // not durable: tried again
  move(UpdateEvent::Confirm);
}

void Agent::go_back(Reason reason) {
  move(UpdateEvent::GoBack, reason);
  if (ledger_.has_config_attempt()) return leave_config();
  // Where this fails the next boot tries once more, and then says that the image stays.
  if (!arm_way_back(ledger_, ports_.flash, ports_.boot, ports_.crypto, scratch_))
    say(FLOTILLA_TEXT("the way back could not be armed"));
  last_words();
}

void Agent::last_words() {
  leaving_ = true;
  leave_ms_ = now();
  heartbeat_.now();
}

}  // namespace flotilla
