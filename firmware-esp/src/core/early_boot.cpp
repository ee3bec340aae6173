#include "firmware-esp/src/core/early_boot.h"

#include "firmware-esp/src/core/ledger.h"
#include "firmware-esp/src/core/slots.h"
#include "firmware-esp/src/core/way_back.h"

namespace flotilla {
namespace {

// true: the trial boots are used up and RolledBack(Crash) is in the journal.
bool count_trial_boot(Ledger& ledger) {
  TrialUseRecord use = ledger.trial();
  if (use.boots < UINT8_MAX) ++use.boots;
  if (!ledger.record_trial(use)) return false;  // without a durable count it would go back at a random boot
  if (use.boots <= ledger.attempt().trial_boots) return false;
  // Still Armed: the image never came as far as Agent::begin(), which would have seen that it runs.
  if (ledger.state() == UpdateState::Armed && !ledger.move(UpdateEvent::BootNew)) return false;
  return ledger.move(UpdateEvent::GoBack, Reason::Crash);
}

// The image area does not hold the confirmed image although the attempt was left: the way back was cut.
bool way_back_is_open(const Ledger& ledger, hal::Flash& flash, hal::Crypto& crypto, Scratch& scratch) {
  if (ledger.settled()) return false;
  const ImageIdentity running = identify_running(flash, crypto, scratch);
  return running.sha256 != ledger.confirmed().image_sha256 && running.sha256 == ledger.attempt().image_sha256;
}

}  // namespace

EarlyBoot early_boot(hal::Flash& flash, hal::Boot& boot, hal::Crypto& crypto, Scratch& scratch) {
  // Taken in any case: a token that stayed would hide the next crash.
  const bool planned_wake = boot.planned_wake();
  // Opening the journal may write to it.
  if (!image_in_bounds(flash)) return EarlyBoot::Continue;
  Ledger ledger(flash);
  if (!ledger.open()) return EarlyBoot::Continue;
  const bool on_trial = ledger.state() == UpdateState::Armed || ledger.state() == UpdateState::Trial;
  const bool unproven = on_trial && !ledger.attempt_is_confirmed();
  // The bootloader has counted this boot and leaves the image by itself. Of a provisioning it knows nothing.
  if (boot.facts().power_safe && !ledger.has_config_attempt()) {
    return unproven ? EarlyBoot::Trial : EarlyBoot::Continue;
  }
  bool go_back = false;
  if (unproven) {
    go_back = !planned_wake && count_trial_boot(ledger);
  } else if (ledger.state() == UpdateState::RolledBack && !ledger.has_config_attempt()) {
    go_back = way_back_is_open(ledger, flash, crypto, scratch);
  }
  if (ledger.has_config_attempt()) {
    // No image is to be left: what load_board() reads next is what counts.
    if (ledger.state() == UpdateState::RolledBack && !ledger.settled()) (void)ledger.use_old_config();
    return unproven && !go_back ? EarlyBoot::Trial : EarlyBoot::Continue;
  }
  if (!go_back || !arm_way_back(ledger, flash, boot, crypto, scratch)) {
    return unproven ? EarlyBoot::Trial : EarlyBoot::Continue;
  }
  boot.restart();
  return EarlyBoot::Restart;
}

}  // namespace flotilla
