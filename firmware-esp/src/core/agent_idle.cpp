// What the agent does beside an attempt: it waits for what hinders an order to pass, and lets a board sleep.
#include "firmware-esp/src/core/agent.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kOrderMs = 1000;    // for a retained order to come
constexpr std::uint32_t kTimeMs = 20000;    // for the network's time to come, where an order waits for it
constexpr std::uint32_t kWakeSeconds = 30;  // to boot, to find the network and to connect

}  // namespace

bool Agent::low_memory() const {
  if (config_.vitals == nullptr) return false;
  const Vitals vitals = config_.vitals();
  return vitals.free_heap < config_.minimum_free_heap || vitals.largest_block < config_.minimum_block;
}

void Agent::hindered_by(Reason reason) {
  if (hindrance_ == Reason::Unfit && reason != Reason::Unfit) defer({});
  hindrance_ = reason;
}

// An order that was refused for something that has passed is still retained: a new subscription brings it again.
void Agent::ask_again() {
  if (hindrance_ == Reason::None) return;
  // Accepted and Verified say themselves what they wait for.
  const bool waits = ledger_.state() == UpdateState::Accepted || ledger_.state() == UpdateState::Verified;
  if (hindrance_ == Reason::Unfit && !waits) defer(application_.unfit());
  if (now() - asked_ms_ < kAskAgainMs || ports_.mqtt.link() != hal::Link::Up) return;
  if (hindrance_ == Reason::Unfit && !application_.unfit().empty()) return;
  if (hindrance_ == Reason::LowMemory && low_memory()) return;
  if (hindrance_ == Reason::NoTime && ports_.clock.unix_seconds() == 0) return;
  hindered_by(Reason::None);
  asked_ms_ = now();
  say(FLOTILLA_TEXT("connecting again for the order"));
  ports_.mqtt.disconnect();
}

// Something is under way that a sleep would disturb.
bool Agent::busy() const {
  if (leaving_ || seeder_.active()) return true;
  switch (ledger_.state()) {
    case UpdateState::Accepted:
    case UpdateState::Verified: return report_.deferred.empty();
    case UpdateState::Downloading:
    case UpdateState::Armed:
    case UpdateState::Trial: return true;
    case UpdateState::Idle:
    case UpdateState::Confirmed:
    case UpdateState::RolledBack:
    case UpdateState::Failed: break;
  }
  return false;
}

bool Agent::may_sleep() const {
  if (busy() || ports_.mqtt.link() != hal::Link::Up || !heard()) return false;
  return now() - up_ms_ >= (hindrance_ == Reason::NoTime ? kTimeMs : kOrderMs);
}

void Agent::prepare_sleep() {
  if (restarting_) return;
  if (ledger_.state() == UpdateState::Trial) {
    // Rounded up, so that not even the shortest wakes last for ever.
    trial_clock_.advance(now() - step_ms_ + 999, ports_.mqtt.link());
    record_trial_time(0);
    trial();  // where that was the last of its time: decided by what this wake has seen, not by the next one's first step
  }
  if (downloader_.active() || config_download_.active()) record_progress(0);
  mind_the_silence();
  step_ms_ = now();
  ports_.boot.plan_wake();
  ports_.mqtt.disconnect();
}

// A sleeper announces its next wake, but not while it stays awake for an update.
std::uint32_t Agent::draw_interval() {
  const std::uint32_t usual = heartbeat_.draw(board_.heartbeat_seconds, ports_.random);
  const bool awake = busy() && ledger_.state() != UpdateState::Trial;
  if (config_.sleep_seconds == 0 || awake) return usual;
  const std::uint32_t asleep = config_.sleep_seconds + kWakeSeconds;
  return usual > asleep ? usual : asleep;
}

}  // namespace flotilla
