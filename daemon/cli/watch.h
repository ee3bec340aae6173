// `rollout watch`: looks at a rollout again and again until it has ended.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <string>

#include "common/result.h"
#include "daemon/cli/terminal.h"
#include "daemon/core/error.h"

namespace flotilla::cli {

struct WatchConfig {
  std::uint64_t rollout = 0;
  bool json = false;                // a line of JSON on each change
  Terminal terminal;                // where `out` is none: a line of text for each thing that happens
  unsigned patience_seconds = 120;  // how long a daemon may be away
};

struct WatchPorts {
  std::function<Result<std::string, Error>(const std::string& target)> get;
  std::function<void()> pause;        // between two looks
  std::function<std::int64_t()> now;  // seconds since 1970
};

// true: completed; false: halted, aborted or reverted. An error: there is no such rollout, or the daemon stayed away.
[[nodiscard]] Result<bool, Error> watch_rollout(const WatchConfig& config, const WatchPorts& ports, std::ostream& out);

}  // namespace flotilla::cli
