// Runs the command line in the test's own process.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "daemon/cli/cli.h"

namespace flotilla::cli {

struct Ran {
  int exit_code = -1;
  std::string out;
  std::string err;

  [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out); }
};

// `flotilla` with the verbs that need no daemon.
inline Ran run(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv{"flotilla"};
  for (const auto& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out;
  std::ostringstream err;
  const int code =
      run_cli(static_cast<int>(argv.size()), argv.data(),
              {add_init_commands, add_enroll_commands, add_config_commands, add_release_offline_commands}, out, err);
  return {code, out.str(), err.str()};
}

}  // namespace flotilla::cli
