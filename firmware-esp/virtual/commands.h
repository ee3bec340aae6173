// What `virtual-esp` does, apart from its command line. Every command returns an exit code, 0 or 1, and throws
// std::runtime_error with a sentence for the user.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware-esp/virtual/log.h"

namespace flotilla {

struct RunOptions {
  std::vector<std::string> provisioning;  // files of `flotilla device enroll`
  std::vector<std::string> adopt;         // files of its --adoption-image: a board each, as an old firmware took it
  std::string state;                      // folder; made where it does not exist
  std::string image;                      // for boards that are new; empty: none
  std::string bootloader = "flotilla";    // or "stock"; likewise
  std::optional<std::uint64_t> seed;
  unsigned sector_ms = 1;
  unsigned config_trial_seconds = 600;     // for tests: on the chip the default holds
  unsigned broker_patience_seconds = 600;  // likewise
  LogLevel log_level = LogLevel::Info;
};
// Until SIGTERM or SIGINT. Call it before any other thread exists.
int run_boards(const RunOptions& options);

struct ImageOptions {
  std::string version;
  std::string hardware;
  std::string fault = "none";
  std::string output;
  std::uint32_t size = 420000;
  std::optional<std::uint64_t> seed;      // by default from version and fault
  std::optional<std::uint64_t> built_at;  // seconds since 1970; by default now
};
int write_image(const ImageOptions& options);

// Prints what lies where in a flash file. Nothing is changed; the board must not be running.
int inspect_flash(const std::string& path);

}  // namespace flotilla
