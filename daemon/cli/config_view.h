// A device's newest configuration order in a line.
#pragma once

#include <string>

#include "daemon/api/types.h"

namespace flotilla::cli {

// "rolled-back, attempt 7, 1a2b3c4d5e6f (NoWifi): no network within 600 s"
[[nodiscard]] inline std::string config_text(const api::ConfigView& config) {
  std::string text = config.state + ", attempt " + std::to_string(config.attempt) + ", " + config.sha256;
  if (!config.reason.empty()) text += " (" + config.reason + ")";
  if (!config.detail.empty()) text += ": " + config.detail;
  return text;
}

}  // namespace flotilla::cli
