#include "common/messages.h"

namespace flotilla {

bool is_device_id(std::string_view text) {
  if (text.empty() || text.size() > kMaxDeviceId || text.front() == '-') return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-')) return false;
  }
  return true;
}

std::string_view to_string(ResetReason reason) {
  switch (reason) {
    case ResetReason::Unknown: return "unknown";
    case ResetReason::PowerOn: return "power-on";
    case ResetReason::Software: return "software";
    case ResetReason::Watchdog: return "watchdog";
    case ResetReason::Exception: return "exception";
    case ResetReason::DeepSleep: return "deep-sleep";
    case ResetReason::External: return "external";
  }
  return "unknown";
}

}  // namespace flotilla
