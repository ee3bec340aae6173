// The frame of `flotilla`: global options, the registry of verbs, how errors are shown. One thread, no global state.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <iosfwd>
#include <string>

#include "daemon/core/error.h"

namespace CLI {
class App;
}

namespace flotilla::cli {

enum class OutputFormat : std::uint8_t { Table, Json };

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;  // refused or failed
inline constexpr int kUsage = 2;   // wrong usage

// What every verb gets. It outlives the parsed App, so callbacks may keep a reference to it.
struct CliContext {
  std::ostream& out;
  std::ostream& err;
  OutputFormat format = OutputFormat::Table;  // -o table|json
  std::string authority_dir = ".";            // --authority, FLOTILLA_AUTHORITY
  std::string socket_path;                    // --socket, FLOTILLA_SOCKET
  int exit_code = kDone;                      // set by the verb that ran

  [[nodiscard]] bool json() const { return format == OutputFormat::Json; }
};

// A verb file exposes one of these. It adds subcommands whose callbacks act, print to context.out and, when they fail,
// call fail(). Callbacks do not throw.
using AddCommands = void (*)(CLI::App& app, CliContext& context);

void add_init_commands(CLI::App& app, CliContext& context);
void add_enroll_commands(CLI::App& app, CliContext& context);
void add_config_commands(CLI::App& app, CliContext& context);
void add_release_offline_commands(CLI::App& app, CliContext& context);
void add_device_commands(CLI::App& app, CliContext& context);
void add_release_online_commands(CLI::App& app, CliContext& context);
void add_update_config_commands(CLI::App& app, CliContext& context);
void add_rollout_commands(CLI::App& app, CliContext& context);
void add_status_commands(CLI::App& app, CliContext& context);

// The subcommand `name` of `app`, made when it is not there yet: verb files share `device` and `release`.
CLI::App& command_group(CLI::App& app, const std::string& name, const std::string& description);

// Shows the error on context.err (as JSON with -o json) and sets the exit code to kFailed.
void fail(CliContext& context, const Error& error);

// Parses and runs. Returns the exit code.
int run_cli(int argc, const char* const* argv, std::initializer_list<AddCommands> verbs, std::ostream& out,
            std::ostream& err);

}  // namespace flotilla::cli
