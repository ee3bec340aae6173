#include "daemon/core/names.h"

#include <algorithm>

namespace flotilla::core {

std::string_view to_string(OrderKind kind) {
  switch (kind) {
    case OrderKind::Install: return "install";
    case OrderKind::Cancel: return "cancel";
    case OrderKind::UpdateConfig: return "update-config";
  }
  return "unknown";
}

std::string_view to_string(ConfigState state) {
  switch (state) {
    case ConfigState::Waiting: return "waiting";
    case ConfigState::Ordered: return "ordered";
    case ConfigState::Working: return "working";
    case ConfigState::Rebooting: return "rebooting";
    case ConfigState::Trial: return "trial";
    case ConfigState::Confirmed: return "confirmed";
    case ConfigState::RolledBack: return "rolled-back";
    case ConfigState::Failed: return "failed";
    case ConfigState::Refused: return "refused";
    case ConfigState::Withdrawn: return "withdrawn";
    case ConfigState::Unanswered: return "unanswered";
  }
  return "unknown";
}

std::string_view to_string(RolloutState state) {
  switch (state) {
    case RolloutState::Draft: return "draft";
    case RolloutState::Scheduled: return "scheduled";
    case RolloutState::Running: return "running";
    case RolloutState::Paused: return "paused";
    case RolloutState::Completed: return "completed";
    case RolloutState::Halted: return "halted";
    case RolloutState::Aborted: return "aborted";
    case RolloutState::Reverting: return "reverting";
    case RolloutState::Reverted: return "reverted";
  }
  return "unknown";
}

std::string_view to_string(RolloutReason reason) {
  switch (reason) {
    case RolloutReason::None: return "none";
    case RolloutReason::FailureLimit: return "failure-limit";
    case RolloutReason::ThresholdNotReached: return "threshold-not-reached";
    case RolloutReason::ByOperator: return "by-operator";
    case RolloutReason::BrokerUnstable: return "broker-unstable";
    case RolloutReason::StateFromBackup: return "state-from-backup";
    case RolloutReason::ImageUnusable: return "image-unusable";
    case RolloutReason::ClockUntrusted: return "clock-untrusted";
  }
  return "unknown";
}

std::string_view to_string(MemberState state) {
  switch (state) {
    case MemberState::Waiting: return "waiting";
    case MemberState::Ready: return "ready";
    case MemberState::Ordered: return "ordered";
    case MemberState::Working: return "working";
    case MemberState::Rebooting: return "rebooting";
    case MemberState::Trial: return "trial";
    case MemberState::Soaking: return "soaking";
    case MemberState::Succeeded: return "succeeded";
    case MemberState::Failed: return "failed";
    case MemberState::RolledBack: return "rolled-back";
    case MemberState::Refused: return "refused";
    case MemberState::Unresponsive: return "unresponsive";
    case MemberState::Lost: return "lost";
    case MemberState::Skipped: return "skipped";
    case MemberState::Superseded: return "superseded";
    case MemberState::Withdrawn: return "withdrawn";
  }
  return "unknown";
}

std::string_view to_string(SkipReason reason) {
  switch (reason) {
    case SkipReason::None: return "none";
    case SkipReason::Offline: return "offline";
    case SkipReason::RunsItAlready: return "runs-it-already";
    case SkipReason::WrongHardware: return "wrong-hardware";
    case SkipReason::Busy: return "busy";
    case SkipReason::Forgiven: return "forgiven";
    case SkipReason::Unsuitable: return "unsuitable";
    case SkipReason::Quarantined: return "quarantined";
  }
  return "unknown";
}

std::string name_some(std::vector<std::string> devices) {
  constexpr std::size_t kNamed = 5;
  std::sort(devices.begin(), devices.end());
  std::string text;
  for (std::size_t i = 0; i < devices.size() && i < kNamed; ++i) text += (i == 0 ? "" : ", ") + devices[i];
  if (devices.size() > kNamed) text += " and " + std::to_string(devices.size() - kNamed) + " more";
  return text;
}

std::string error_sentence(const Heartbeat& report) {
  const auto text = report.error_text.view();
  if (report.error == Reason::None) return std::string{text};
  const auto meaning = explain(report.error);
  // An agent may send the sentence itself, cut to what fits.
  if (meaning.substr(0, text.size()) == text) return std::string{meaning};
  return std::string{meaning} + " (" + std::string{text} + ")";
}

}  // namespace flotilla::core
