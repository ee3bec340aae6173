#include "firmware-esp/src/core/agent.h"

#include <cstring>

#include "common/flash_map.h"
#include "proto/device/codec.h"
#include "proto/topics.h"

namespace flotilla {
namespace {

constexpr std::uint32_t kLastWordsMs = 3000;
constexpr std::uint32_t kMaxTrialTotal = 24 * 3600;  // seconds, whatever the order says

// `acknowledged` is as new as `packet` or newer; packet ids are 16 bits wide and start over.
bool covers(std::uint16_t acknowledged, std::uint16_t packet) {
  return packet != 0 && acknowledged != 0 &&
         static_cast<std::int16_t>(static_cast<std::uint16_t>(acknowledged - packet)) >= 0;
}

void install_attempt(const CommandCase& subject, AttemptRecord& out) {
  const auto& order = subject.command.install;
  const auto& manifest = subject.manifest;
  out.trial_boots = static_cast<std::uint8_t>(order.trial_boots);
  out.download_seconds = order.download_seconds;
  out.trial_seconds = order.trial_seconds;
  const auto total = order.trial_maximum_seconds < kMaxTrialTotal ? order.trial_maximum_seconds : kMaxTrialTotal;
  out.trial_maximum_seconds = total < order.trial_seconds ? order.trial_seconds : total;
  out.image_size = manifest.image_size;
  out.image_sha256 = manifest.image_sha256;
  out.release_counter = manifest.release_counter;
  out.security_floor = manifest.security_floor;
  out.created_at = manifest.created_at;
  out.version = manifest.version;
  out.path = order.path;
}

LastCommandRecord command_of(const CommandCase& subject) {
  return {subject.command.trust_version, subject.command.sequence, subject.digest};
}

}  // namespace

Agent::Agent(const hal::Ports& ports, Application& application, const AgentConfig& config, const Board& board)
    : ports_(ports), application_(application), config_(config), board_(board), ledger_(ports.flash) {}

// Before anything is written: what the agent calls its own must be nobody else's. Empty: it can work here.
FlashText Agent::obstacle() {
  const std::uint32_t size = ports_.flash.size();
  if (size < flash_map::kSmallestFlash) return FLOTILLA_TEXT("the flash is smaller than 512 KB");
  if (!image_in_bounds(ports_.flash)) return FLOTILLA_TEXT("the image is too large for this flash");
  const bool slots = flash_map::has_slots(size);
  const std::uint32_t end = config_.file_system_end;
  const bool file_system = config_.file_system_start != end;
  const bool behind = config_.file_system_start >= flash_map::reserved_end(size);
  const bool before = !slots && end != 0 && end <= flash_map::agent_journal(size);
  if (file_system && !behind && !before) {
    return slots ? FLOTILLA_TEXT("choose the layout 4MB FS:1MB")
                 : FLOTILLA_TEXT("choose a layout without a file system");
  }
  return ledger_.open() ? FlashText() : FLOTILLA_TEXT("the journal cannot be written");
}

bool Agent::begin() {
  const FlashText obstacle = this->obstacle();
  if (!obstacle.empty()) {
    say(obstacle);
    return false;
  }
  journaled(ledger_.count_boot());
  report_.boot_id = ports_.random.next();
  step_ms_ = heard_ms_ = now();
  asked_ms_ = step_ms_ - kAskAgainMs;
  running_ = identify_running(ports_.flash, ports_.crypto, scratch_);
  settle();
  return true;
}

void Agent::step() {
  if (restarting_) return;
  const std::uint32_t began = now();
  ports_.mqtt.poll();
  watch_link();
  ByteView message;
  if (ports_.mqtt.receive(message)) handle(message);
  if (leaving_) {
    report();
    restart_when_heard();
  } else {
    trial_clock_.advance(began - step_ms_, ports_.mqtt.link());
    work();
    ask_again();
    report();
    mind_the_broker();
  }
  step_ms_ = began;
}

void Agent::watch_link() {
  const hal::Link link = ports_.mqtt.link();
  network_seen_ = network_seen_ || link != hal::Link::NoNetwork;
  if (link != hal::Link::Up) return;
  if (ports_.mqtt.session() != session_) {
    session_ = ports_.mqtt.session();
    up_ms_ = now();
    sent_packet_ = 0;
    trial_packet_ = 0;
    heartbeat_.now();  // a broker that lost its state learns at once what runs here
  }
  if (covers(ports_.mqtt.acknowledged(), trial_packet_)) acknowledged_ = true;
  if (covers(ports_.mqtt.acknowledged(), sent_packet_)) {
    heard_ms_ = now();
    broker_heard_ = true;
  }
}

// Nothing here comes from a command: a Pi that believes it is 2040 must not poison a board for ever.
std::uint64_t Agent::clock_floor() const {
  std::uint64_t newest = config_.build_seconds;
  for (const auto floor : {board_.provisioned_at, ledger_.confirmed().clock_floor}) {
    if (floor > newest) newest = floor;
  }
  return newest;
}

std::uint64_t Agent::trusted_time() const {
  const std::uint64_t now = ports_.clock.unix_seconds();
  const std::uint64_t floor = clock_floor();
  return now != 0 && now < floor ? floor : now;
}

std::uint32_t Agent::progress_percent() const { return percent_of(downloader_.bytes(), ledger_.attempt().image_size); }

void Agent::handle(ByteView message) {
  hindered_by(Reason::None);
  if (message.empty()) return;  // the retained order was taken away: it is done, or withdrawn before it was accepted
  CommandCase subject;
  subject.message = message;
  const bool going_back = leaving_ || (ledger_.state() == UpdateState::RolledBack && !ledger_.settled());
  const DeviceFacts facts{board_,
                          ledger_,
                          config_.version,
                          trusted_time(),
                          going_back,
                          flash_map::has_slots(ports_.flash.size()),
                          !application_.unfit().empty(),
                          low_memory()};
  act_on(subject, decide(subject, facts, ports_.crypto));
}

void Agent::act_on(const CommandCase& subject, const CommandDecision& decision) {
  switch (decision.outcome) {
    case CommandOutcome::Accept:
      if (!accept(subject)) refuse(subject.command.sequence, Reason::FlashError);
      return;
    case CommandOutcome::Renew:
      if (note(subject)) {
        order_came_back(subject);
        heartbeat_.now();
      }
      return;
    case CommandOutcome::Redelivery: order_came_back(subject); return;
    case CommandOutcome::Refuse: refuse(subject.command.sequence, decision.reason); return;
  }
}

AttemptRecord Agent::attempt_of(const CommandCase& subject) const {
  AttemptRecord attempt;
  attempt.attempt_id = subject.command.attempt_id;
  attempt.command = command_of(subject);
  // Neither a Revert nor an UpdateConfig carries limits. The image was confirmed once, so it gets a plain trial; the file
  // is small, and whatever it changes, the broker is to be reached soon.
  attempt.trial_boots = 3;
  attempt.download_seconds = 3600;
  attempt.trial_seconds = 600;
  attempt.trial_maximum_seconds = kMaxTrialTotal;
  if (subject.command.kind == CommandKind::Revert) {
    const auto& previous = ledger_.previous();
    attempt.kind = AttemptKind::Revert;
    attempt.image_size = previous.image_size;
    attempt.image_sha256 = previous.image_sha256;
    attempt.release_counter = previous.release_counter;
    attempt.version = previous.version;
  } else if (subject.command.kind == CommandKind::UpdateConfig) {
    attempt.kind = AttemptKind::Config;
    attempt.trial_seconds = config_.config_trial_seconds;
    attempt.image_sha256 = subject.command.file.sha256;
    attempt.path = subject.command.file.path;
  } else {
    install_attempt(subject, attempt);
  }
  return attempt;
}

bool Agent::note(const CommandCase& subject) { return ledger_.note_command(command_of(subject)); }

// For an attempt the journal's record and the effect are one.
bool Agent::accept(const CommandCase& subject) {
  if (subject.command.kind == CommandKind::Cancel) {
    // The effect first: a Cancel that comes again after a cut finds nothing to cancel, and that is refused. The other way
    // round its number would be spent, it would be taken for a redelivery, and the attempt would go on.
    if (!end_attempt(Reason::Cancelled)) return false;
    (void)note(subject);
    return true;
  }
  const AttemptRecord attempt = attempt_of(subject);
  give_config_up();
  if (!ledger_.accept(attempt)) return false;
  // An agent that does not know this kind of attempt yet must at least know that its sequence is spent.
  if (ledger_.has_config_attempt()) journaled(note(subject));
  downloader_.stop(ports_);
  report_.http_status = 0;
  report_.progress_bytes = 0;
  if (report_.refused_sequence == subject.command.sequence) report_.refusal = Reason::None;  // it was a hindrance
  changed();
  return true;
}

void Agent::refuse(std::uint32_t sequence, Reason reason) {
  log(FLOTILLA_TEXT("command refused: "), name_of(reason));
  if (reason == Reason::Unfit || reason == Reason::LowMemory || reason == Reason::NoTime) hindered_by(reason);
  if (report_.refused_sequence == sequence && report_.refusal == reason) return;
  report_.refused_sequence = sequence;
  report_.refusal = reason;
  heartbeat_.now();
}

// The policy has checked the signature: this is the order itself, come through a subscription of this boot.
void Agent::order_came_back(const CommandCase& subject) {
  const CommandKind kind = subject.command.kind;
  const bool own = kind == CommandKind::Install || kind == CommandKind::Revert || kind == CommandKind::UpdateConfig;
  if (own && subject.command.attempt_id == ledger_.attempt().attempt_id) order_back_ = true;
}

std::size_t Agent::encode_heartbeat() {
  Heartbeat heartbeat;
  report_.progress_bytes = downloader_.active() ? downloader_.bytes() : report_.progress_bytes;
  const HeartbeatSources sources{ports_, config_, board_, ledger_, running_, report_};
  fill_heartbeat(sources, draw_interval(), heartbeat);
  application_.health(heartbeat.health);
  return device_wire::encode(heartbeat, scratch_.data(), scratch_.size());
}

void Agent::report() {
  if (ports_.mqtt.link() != hal::Link::Up || !heartbeat_.due(now())) return;
  const std::size_t size = encode_heartbeat();
  const Topic topic = make_topic(TopicKind::Heartbeat, board_.device_id.view());
  const std::uint16_t packet = ports_.mqtt.publish(topic.view(), ByteView(scratch_.data(), size));
  if (packet == 0) return;  // still due
  heartbeat_.sent(now());
  sent_packet_ = packet;
  if (ledger_.state() == UpdateState::Trial && trial_packet_ == 0) trial_packet_ = packet;
}

// What the agent has to say was said and acknowledged.
bool Agent::heard() const { return !heartbeat_.due(now()) && covers(ports_.mqtt.acknowledged(), sent_packet_); }

void Agent::restart_when_heard() {
  const bool reachable = ports_.mqtt.link() == hal::Link::Up;
  if (reachable && !heard() && now() - leave_ms_ < kLastWordsMs) return;
  say(FLOTILLA_TEXT("restart"));
  restarting_ = true;
  ports_.boot.restart();
}

void Agent::changed() {
  log(FLOTILLA_TEXT("update: "), name_of(ledger_.state()));
  if (ledger_.reason() != Reason::None) log(FLOTILLA_TEXT("reason: "), name_of(ledger_.reason()));
  heartbeat_.now();
}

void Agent::say(FlashText text) { log(FLOTILLA_TEXT("agent: "), text); }

bool Agent::journaled(bool durable) {
  if (!durable) say(FLOTILLA_TEXT("the journal did not take a record"));
  return durable;
}

void Agent::log(FlashText text, FlashText detail) {
  char line[112];
  std::size_t size = text.copy(line, sizeof line);
  size += detail.copy(line + size, sizeof line - size);
  application_.log(std::string_view(line, size));
}

}  // namespace flotilla
