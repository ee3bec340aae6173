#include "daemon/service/loop.h"

#include <algorithm>
#include <utility>

namespace flotilla::service {
namespace {

constexpr std::size_t kMalformedRemembered = 10'000;
constexpr std::uint32_t kAcknowledgementSliceMs = 50;

Error degraded_error(const std::string& cause) {
  return {ErrorCode::Unavailable, "flotillad cannot store anything now: " + cause,
          "nothing was changed; free the cause, flotillad goes on by itself, then try again"};
}

}  // namespace

Engine::Loop::Loop(EngineConfig config, EnginePorts ports)
    : config_(std::move(config)),
      ports_(ports),
      inbox_(config_.inbox_limit),
      dispatcher_(config_, ports_, [this](FileKind kind, const Digest& file, const std::string& text) {
        inbox_.post(FileUnusableEvent{kind, file, text});
      }) {}

Result<Unit, Error> Engine::Loop::start() {
  if (auto loaded = reload(); !loaded.ok()) return loaded;
  inbox_.open();
  last_tick_ms_ = ports_.clock.now().mono_ms;
  publish_status();
  thread_ = std::thread([this] { run(); });
  return Unit{};
}

void Engine::Loop::stop() {
  inbox_.close();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(status_mutex_);
  status_.state = EngineState::Stopped;
}

void Engine::Loop::run() {
  while (!inbox_.closed()) {
    if (cause_.empty()) {
      inbox_.wait(config_.tick_ms, config_.commit_window_ms);
      step();
    } else {
      inbox_.wait_for_request(config_.tick_ms);
      step_degraded();
    }
  }
  finish();
}

// What came before the close is handled and committed; then the broker gets a moment to acknowledge what was sent.
void Engine::Loop::finish() {
  if (cause_.empty()) step();
  std::uint32_t waited_ms = 0;
  while (cause_.empty() && dispatcher_.waits_for_acknowledgement() && waited_ms < config_.stop_wait_ms) {
    if (!inbox_.wait_for_event(kAcknowledgementSliceMs)) waited_ms += kAcknowledgementSliceMs;
    step();
  }
  auto left = inbox_.take_requests();
  answer(left, degraded_error(cause_));
}

// --- Running ----------------------------------------------------------------------------------------------------------

void Engine::Loop::step() {
  Batch batch = inbox_.take();
  const core::Now now = ports_.clock.now();
  PendingCommit pending;
  if (std::exchange(broker_unheard_, false)) handle(BrokerEvent{true}, now, pending);
  for (const Event& event : batch.events) handle(event, now, pending);
  tick(now, pending);

  std::vector<RequestPtr> reads;
  std::vector<RequestPtr> durable;  // answered after the commit
  for (RequestPtr& request : batch.requests) {
    if (request->read) {
      reads.push_back(std::move(request));
      continue;
    }
    core::Effects effects;
    auto outcome = request->change(*fleet_, now, effects);
    if (!outcome.ok()) {
      request->reply.set_value(std::move(outcome));
      continue;
    }
    add(pending, std::move(effects));
    durable.push_back(std::move(request));
  }

  if (!pending.empty() && !commit(pending)) {
    publish_status();  // before the answers: whoever asks why sees the cause
    answer(durable, degraded_error(cause_));
    read(reads, now);
    return;
  }
  for (const std::string& device : pending.devices()) dispatcher_.update_files(*fleet_, device);
  dispatcher_.send(*fleet_, now);
  publish_status();
  answer(durable, Unit{});
  read(reads, now);
}

void Engine::Loop::add(PendingCommit& pending, core::Effects&& effects) {
  for (const std::string& device : effects.publish) dispatcher_.add(device);
  pending.add(std::move(effects));
}

void Engine::Loop::handle(const Event& event, const core::Now& now, PendingCommit& pending) {
  core::Effects effects;
  if (const auto* heartbeat = std::get_if<HeartbeatEvent>(&event)) {
    fleet_->heartbeat(heartbeat->device, heartbeat->heartbeat, now, effects);
  } else if (const auto* presence = std::get_if<PresenceEvent>(&event)) {
    fleet_->presence(presence->device, presence->online, now, effects);
  } else if (const auto* broker = std::get_if<BrokerEvent>(&event)) {
    broker_up_ = broker->up;
    dispatcher_.broker(broker->up);
    broker->up ? fleet_->broker_up(now, effects) : fleet_->broker_down(now, effects);
    report(Severity::Info, broker->up ? "the broker is there" : "the broker is away: nobody is judged");
  } else if (const auto* published = std::get_if<PublishedEvent>(&event)) {
    if (dispatcher_.acknowledged(published->device, published->token)) {
      pending.acknowledge(published->device);
      fleet_->delivery(published->device, "");
    }
  } else if (const auto* failed = std::get_if<PublishFailedEvent>(&event)) {
    if (dispatcher_.refused(failed->device, failed->token, failed->what, now)) {
      fleet_->delivery(failed->device, failed->what);
    }
  } else if (const auto* unusable = std::get_if<FileUnusableEvent>(&event)) {
    report(Severity::Error, unusable->text);
    if (unusable->kind == FileKind::Image) {
      fleet_->image_unusable(unusable->file, unusable->text, now, effects);
    } else {
      fleet_->config_unusable(unusable->file, unusable->text, now, effects);
    }
  } else if (const auto* bad = std::get_if<MalformedEvent>(&event)) {
    malformed(*bad, now, effects);
  }
  add(pending, std::move(effects));
}

void Engine::Loop::malformed(const MalformedEvent& event, const core::Now& now, core::Effects& out) {
  if (malformed_at_.size() > kMalformedRemembered) malformed_at_.clear();
  const auto [place, first] = malformed_at_.try_emplace(event.device, now.mono_ms);
  if (!first && now.mono_ms - place->second < config_.malformed_history_ms) return;
  place->second = now.mono_ms;
  report(Severity::Warning,
         "malformed message from " + (event.device.empty() ? "an unknown device" : event.device) + ": " + event.what);
  // Without a device of ours it is no part of a device's life; the log has it.
  if (fleet_->device(event.device) == nullptr) return;
  out.history.push_back({now.wall, "flotillad", event.device, 0, "malformed", event.what});
}

void Engine::Loop::tick(const core::Now& now, PendingCommit& pending) {
  if (now.mono_ms - last_tick_ms_ < config_.tick_ms) return;
  last_tick_ms_ = now.mono_ms;
  core::Effects effects;
  fleet_->tick(now, effects);
  add(pending, std::move(effects));
}

bool Engine::Loop::commit(const PendingCommit& pending) {
  const auto done = ports_.store.commit(pending.build(*fleet_));
  if (done.ok()) {
    ++commits_;
    if (std::exchange(retry_ms_, 0) != 0) report(Severity::Info, "the store works again");
    return true;
  }
  ++commit_failures_;
  degrade(done.error(), ports_.clock.now());
  return false;
}

void Engine::Loop::answer(std::vector<RequestPtr>& requests, const Result<Unit, Error>& reply) {
  for (RequestPtr& request : requests) request->reply.set_value(reply);
  requests.clear();
}

void Engine::Loop::read(std::vector<RequestPtr>& requests, const core::Now& now) {
  for (RequestPtr& request : requests) {
    request->reply.set_value(fleet_ ? request->read(*fleet_, now, ports_.store)
                                    : Result<Unit, Error>(degraded_error(cause_)));
  }
  requests.clear();
}

// --- Degraded ---------------------------------------------------------------------------------------------------------

Result<Unit, Error> Engine::Loop::reload() {
  fleet_.reset();  // what was decided and not stored never was
  auto snapshot = ports_.store.load();
  if (!snapshot.ok()) return snapshot.error();
  auto outbox = ports_.store.load_outbox();
  if (!outbox.ok()) return outbox.error();
  fleet_.emplace(config_.fleet, std::move(snapshot).value());
  dispatcher_.reset(*fleet_, outbox.value());
  return Unit{};
}

void Engine::Loop::degrade(const Error& error, const core::Now& now) {
  if (retry_ms_ == 0) {
    report(Severity::Error, "the store failed, no orders go out until it works again: " + error.message);
    retry_ms_ = config_.retry_first_ms;
  } else {
    retry_ms_ = std::min(retry_ms_ * 2, config_.retry_maximum_ms);
  }
  cause_ = error.message.empty() ? "the store failed" : error.message;
  retry_at_ms_ = now.mono_ms + retry_ms_;
  // For reading: the stored state is still the truth. If even that fails, fleet_ is empty and the cause stands.
  if (!reload().ok()) fleet_.reset();
  // Who reads is not told that the broker is away; what this would publish is decided anew after the recovery.
  core::Effects unused;
  if (fleet_ && broker_up_) fleet_->broker_up(now, unused);
}

void Engine::Loop::step_degraded() {
  const core::Now now = ports_.clock.now();
  auto requests = inbox_.take_requests();
  std::vector<RequestPtr> changes;
  std::vector<RequestPtr> reads;
  for (RequestPtr& request : requests) (request->read ? reads : changes).push_back(std::move(request));
  answer(changes, degraded_error(cause_));
  read(reads, now);
  if (now.mono_ms < retry_at_ms_) return;
  recover(now);
  publish_status();
}

void Engine::Loop::recover(const core::Now& now) {
  auto works = reload();
  if (works.ok()) {
    Commit probe;  // a write that changes nothing
    probe.meta = fleet_->meta();
    works = ports_.store.commit(probe);
  }
  if (!works.ok()) {
    ++commit_failures_;
    degrade(works.error(), now);
    return;
  }
  // A full disk may have room for the trial and for nothing else: only a commit that had something to say ends the
  // backoff.
  cause_.clear();
  // The fleet is as after a start; it has to hear again that the broker is there. What devices reported meanwhile waits
  // in the inbox, what they reported before comes with their next heartbeat.
  broker_unheard_ = broker_up_;
}

// --- status -----------------------------------------------------------------------------------------------------------

void Engine::Loop::publish_status() {
  const DispatchCounters& sent = dispatcher_.counters();
  const std::lock_guard lock(status_mutex_);
  status_.state = cause_.empty() ? EngineState::Running : EngineState::Degraded;
  status_.cause = cause_;
  status_.orders_wait = sent.orders_wait;
  status_.broker_up = broker_up_;
  status_.commits = commits_;
  status_.commit_failures = commit_failures_;
  status_.published = sent.published;
  status_.acknowledged = sent.acknowledged;
  status_.publish_failures = sent.failures;
  status_.outbox = dispatcher_.outbox_size();
}

EngineStatus Engine::Loop::status() const {
  const InboxCounters counters = inbox_.counters();
  const std::lock_guard lock(status_mutex_);
  EngineStatus status = status_;
  status.heartbeats = counters.heartbeats;
  status.heartbeats_replaced = counters.replaced;
  status.overload_dropped = counters.dropped;
  status.malformed = counters.malformed;
  status.inbox = counters.waiting;
  return status;
}

void Engine::Loop::report(Severity severity, const std::string& text) const {
  if (config_.report) config_.report(severity, text);
}

}  // namespace flotilla::service
