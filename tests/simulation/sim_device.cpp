#include "tests/simulation/sim_device.h"

#include <algorithm>
#include <utility>

namespace flotilla::simulation {

namespace {
constexpr int kWatchdogSeconds = 1200;    // a board that hangs is reset by somebody in the end
constexpr int kConfigTrialSeconds = 600;  // as on the device
}  // namespace

bool once_in(Random& random, std::uint64_t n) { return random() % n == 0; }

std::int64_t between(Random& random, std::int64_t low, std::int64_t high) {
  return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
}

SimDevice::SimDevice(std::string id, Image image, std::uint32_t boot_id)
    : id_(std::move(id)), running_(image), other_(std::move(image)), floor_(running_.floor), boot_id_(boot_id) {}

bool SimDevice::can_talk() const {
  if (hangs_ || down_seconds_ > 0) return false;
  if (state_ != UpdateState::Trial) return true;
  return is_config_ ? config_fault_ == ConfigFault::None : running_.fault != ImageFault::NoNetwork;
}

void SimDevice::move(UpdateEvent event) {
  const auto to = next(state_, event);
  if (!to) {
    broken_ = id_ + ": " + std::string{to_string(event)} + " while " + std::string{to_string(state_)};
    return;
  }
  state_ = *to;
  news_ = true;
}

void SimDevice::refuse(std::uint32_t sequence, Reason reason) {
  news_ |= refused_sequence_ != sequence || refusal_ != reason;
  refused_sequence_ = sequence;
  refusal_ = reason;
}

void SimDevice::receive(const core::Order& order, const Image& image, ConfigFault config, core::WallTime wall) {
  if (deaf || hangs_ || down_seconds_ > 0 || order.sequence == last_sequence_) return;
  if (order.sequence < last_sequence_) return refuse(order.sequence, Reason::StaleSequence);
  if (wall >= order.expires_at) return refuse(order.sequence, Reason::Expired);
  const bool stoppable = is_active(state_) && state_ < UpdateState::Armed;
  if (order.kind == core::OrderKind::Cancel) {
    if (!stoppable || order.attempt != attempt_) return refuse(order.sequence, Reason::WrongAttempt);
    last_sequence_ = order.sequence;
    error_ = Reason::Cancelled;
    return move(UpdateEvent::Fail);
  }
  if (state_ == UpdateState::Armed || state_ == UpdateState::Trial) return refuse(order.sequence, Reason::Busy);
  const bool is_config = order.kind == core::OrderKind::UpdateConfig;
  if (!is_config && image.counter < floor_) return refuse(order.sequence, Reason::BelowSecurityFloor);
  if (order.attempt == attempt_ && is_config == is_config_ && is_active(state_)) {
    last_sequence_ = order.sequence;  // renewed
    return;
  }
  if (hindrance != Reason::None) return refuse(order.sequence, hindrance);
  if (!accepted_attempts_.insert(order.attempt).second && !lost_its_journal_) {
    broken_ = id_ + ": attempt " + std::to_string(order.attempt) + " took effect twice";
  }
  last_sequence_ = order.sequence;
  order_ = order;
  attempt_ = order.attempt;
  is_config_ = is_config;
  config_fault_ = config;
  if (!is_config) other_ = image;
  progress_ = 0;
  error_ = Reason::None;
  move(UpdateEvent::Accept);
}

void SimDevice::boot() {
  ++boot_count_;
  ++boot_id_;
  uptime_ = 0;
  news_ = true;
}

void SimDevice::swap_images() {
  if (!is_config_) std::swap(running_, other_);
}

void SimDevice::power_cut() {
  hangs_ = false;
  hang_seconds_ = 0;
  down_seconds_ = 0;
  boot();
  switch (state_) {
    case UpdateState::Armed:
      swap_images();
      move(UpdateEvent::BootNew);
      trial_seconds_ = 0;
      return;
    case UpdateState::Trial:
      if (!is_config_ && (running_.fault == ImageFault::Hangs || running_.fault == ImageFault::Crashes)) {
        swap_images();
        error_ = Reason::Crash;
        move(UpdateEvent::BootOld);
      } else {
        move(UpdateEvent::BootNew);
      }
      return;
    case UpdateState::Verified: progress_ = 0; [[fallthrough]];
    case UpdateState::Idle:
    case UpdateState::Accepted:
    case UpdateState::Downloading:
    case UpdateState::Confirmed:
    case UpdateState::Failed: move(UpdateEvent::Reset); return;
    case UpdateState::RolledBack: move(UpdateEvent::BootOld); return;
  }
}

void SimDevice::lose_journal() {
  if (state_ == UpdateState::Armed || state_ == UpdateState::Trial) return;
  lost_its_journal_ = true;
  state_ = UpdateState::Idle;
  attempt_ = 0;
  last_sequence_ = 0;
  boot();
}

void SimDevice::go_back(Reason reason) {
  error_ = reason;
  move(UpdateEvent::GoBack);
  swap_images();
  down_seconds_ = 20;
}

void SimDevice::work(Random& random, int seconds) {
  if (stuck || deferring) return;
  if (state_ == UpdateState::Accepted) {
    move(UpdateEvent::StartDownload);
  } else if (state_ == UpdateState::Downloading) {
    progress_ = std::min<std::uint32_t>(100, progress_ + static_cast<std::uint32_t>(between(random, 0, seconds * 3)));
    if (progress_ < 100) return;
    if (is_config_ && config_fault_ == ConfigFault::Rejected) {
      error_ = Reason::ConfigRejected;
      return move(UpdateEvent::Fail);
    }
    move(UpdateEvent::ImageVerified);
  } else if (state_ == UpdateState::Verified) {
    move(UpdateEvent::Arm);
  } else if (state_ == UpdateState::Armed && !news_) {
    swap_images();
    move(UpdateEvent::BootNew);
    boot();
    trial_seconds_ = 0;
    down_seconds_ = 20;
    hangs_ = !is_config_ && running_.fault == ImageFault::Hangs;
  }
}

// All time counts, and a broker that is away counts as one that cannot be reached with it.
void SimDevice::try_config(Random& random, int seconds, bool connected, bool own_order) {
  const bool reaches = connected && config_fault_ == ConfigFault::None;
  if (reaches && own_order && once_in(random, 2)) {
    confirmed_config_ = attempt_;
    return move(UpdateEvent::Confirm);
  }
  trial_seconds_ += seconds;
  if (trial_seconds_ <= kConfigTrialSeconds) return;
  go_back(config_fault_ == ConfigFault::WrongWifi ? Reason::NoWifi : reaches ? Reason::NoOrder : Reason::NoBroker);
}

void SimDevice::try_out(Random& random, int seconds, bool connected, bool broker_up, bool own_order) {
  if (is_config_) return try_config(random, seconds, connected, own_order);
  if (running_.fault == ImageFault::SelfTestFails) return go_back(Reason::SelfTest);
  if (running_.fault == ImageFault::Crashes) return go_back(Reason::Crash);
  const bool has_network = connected && running_.fault != ImageFault::NoNetwork;
  if (has_network && own_order && once_in(random, 2)) {
    floor_ = std::max(floor_, running_.floor);
    return move(UpdateEvent::Confirm);
  }
  // The trial's time does not run while the broker cannot be reached and the network is there.
  if (broker_up || running_.fault == ImageFault::NoNetwork) trial_seconds_ += seconds;
  if (order_ && trial_seconds_ > static_cast<int>(order_->trial_seconds)) {
    go_back(running_.fault == ImageFault::NoNetwork ? Reason::NoWifi : connected ? Reason::NoOrder : Reason::NoBroker);
  }
}

void SimDevice::step(Random& random, int seconds, bool connected, bool broker_up, bool own_order) {
  uptime_ += static_cast<std::uint32_t>(seconds);
  if (hangs_) {
    hang_seconds_ += seconds;
    if (hang_seconds_ > kWatchdogSeconds) power_cut();
    return;
  }
  if (down_seconds_ > 0) {
    down_seconds_ -= seconds;
    return;
  }
  if (state_ == UpdateState::Trial) return try_out(random, seconds, connected, broker_up, own_order);
  if (is_active(state_)) work(random, seconds);
}

Heartbeat SimDevice::heartbeat() const {
  Heartbeat beat;
  beat.boot_id = boot_id_;
  beat.boot_count = boot_count_;
  beat.uptime_seconds = uptime_;
  beat.product = Name{"sensor"};
  beat.hardware = Name{"d1-mini"};
  beat.running_version = VersionText{running_.version};
  beat.running_sha256 = running_.sha256;
  beat.running_counter = running_.counter;
  beat.security_floor = floor_;
  beat.attempt_id = attempt_;
  beat.update_state = state_;
  beat.progress_percent = progress_;
  beat.error = error_;
  beat.refused_sequence = refused_sequence_;
  beat.refusal = refusal_;
  beat.last_sequence = last_sequence_;
  beat.trust_version = 1;
  beat.local_rollback = true;
  if (deferring) beat.deferred = FixedString<kMaxDeferred>{"not now"};
  return beat;
}

}  // namespace flotilla::simulation
