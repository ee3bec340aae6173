// What a node says over Serial, and what its LED shows.
#include "firmware-esp/src/esp8266/node.h"

namespace flotilla {
namespace {

const __FlashStringHelper* words(hal::Link link) {
  switch (link) {
    case hal::Link::NoNetwork: return F("Wi-Fi: not connected");
    case hal::Link::Unreachable: return F("broker: not reachable");
    case hal::Link::Refused: return F("broker: refused, or the connection was lost");
    case hal::Link::Up: return F("broker: connected");
  }
  return F("");
}

}  // namespace

void Node::log(std::string_view line) { say(F(""), line); }

void Node::say(const __FlashStringHelper* text, std::string_view detail) {
  if (config_.quiet) return;
  Serial.print(F("[flotilla] "));
  Serial.print(text);
  Serial.write(reinterpret_cast<const std::uint8_t*>(detail.data()), detail.size());
  Serial.println();
}

void Node::say_who() {
  reminded_ms_ = clock_.monotonic_ms();
  if (managed()) {
    say(F("device "), device_id());
    say(F("version "), config_.version);
    return;
  }
  say(F("NOT MANAGED: no updates, no reports"));
  if (!config_.quiet && problem_ != nullptr) {
    Serial.print(F("[flotilla] "));
    Serial.println(FPSTR(problem_));
  }
}

void Node::tell_link() {
  const hal::Link link = mqtt_.link();
  if (link == told_link_) return;
  told_link_ = link;
  say(words(link));
}

// Each tenth of a download once.
void Node::tell_progress() {
  if (agent_->state() != UpdateState::Downloading) {
    told_tenth_ = 0;
    return;
  }
  const auto tenth = static_cast<std::uint8_t>(agent_->progress_percent() / 10);
  if (tenth == told_tenth_) return;
  told_tenth_ = tenth;
  const char digits[] = {static_cast<char>('0' + tenth / 10), static_cast<char>('0' + tenth % 10), '0', ' ', '%'};
  const std::size_t from = tenth >= 10 ? 0 : 1;
  say(F("download: "), std::string_view(digits + from, sizeof digits - from));
}

LedPattern Node::pattern() {
  if (!managed()) return LedPattern::Unmanaged;
  const UpdateState state = agent_->state();
  const bool in_trouble = state == UpdateState::RolledBack || state == UpdateState::Failed;
  switch (state) {
    case UpdateState::Accepted:
    case UpdateState::Downloading:
    case UpdateState::Verified: return LedPattern::Download;
    case UpdateState::Armed: return LedPattern::On;
    case UpdateState::Trial: return LedPattern::Trial;
    case UpdateState::Idle:
    case UpdateState::Confirmed:
    case UpdateState::RolledBack:
    case UpdateState::Failed: break;
  }
  if (mqtt_.link() != hal::Link::Up) return LedPattern::Blink;
  return in_trouble ? LedPattern::Trouble : LedPattern::Off;
}

void Node::show() {
  if (config_.led_pin < 0) return;
  const bool lit = led_lit(pattern(), clock_.monotonic_ms());
  digitalWrite(static_cast<std::uint8_t>(config_.led_pin), lit == config_.led_low_is_lit ? LOW : HIGH);
}

}  // namespace flotilla
