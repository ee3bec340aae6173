#include "daemon/cli/cli.h"

#include <map>
#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace flotilla::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  flotilla init --dir home --product sensor --broker-name pi.local --address 192.168.1.10
  flotilla device enroll kitchen --authority home --hardware d1-mini
  flotilla release sign sensor.bin --authority home --version 1.1.0 --hardware d1-mini
Exit code: 0 done, 1 refused or failed, 2 wrong usage.)";

constexpr const char* kDefaultSocket = "/run/flotilla/flotillad.sock";

void add_global_options(CLI::App& app, CliContext& context) {
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(kExamples);
  const std::map<std::string, OutputFormat> formats{{"table", OutputFormat::Table}, {"json", OutputFormat::Json}};
  app.add_option("-o,--output", context.format, "table for people, json for scripts")
      ->transform(CLI::CheckedTransformer(formats))
      ->option_text("table|json");
  app.add_option("--authority", context.authority_dir, "the folder made by `flotilla init` (or FLOTILLA_AUTHORITY)")
      ->envname("FLOTILLA_AUTHORITY")
      ->option_text("DIR");
  app.add_option("--socket", context.socket_path, "the daemon's Unix socket (or FLOTILLA_SOCKET)")
      ->envname("FLOTILLA_SOCKET")
      ->option_text("PATH");
}

}  // namespace

CLI::App& command_group(CLI::App& app, const std::string& name, const std::string& description) {
  const auto present = app.get_subcommands([&name](CLI::App* sub) { return sub->get_name() == name; });
  if (!present.empty()) return *present.front();
  CLI::App* added = app.add_subcommand(name, description);
  added->require_subcommand(1);
  return *added;
}

void fail(CliContext& context, const Error& error) {
  context.exit_code = kFailed;
  if (context.json()) {
    const nlohmann::ordered_json body{
        {"error", {{"code", to_string(error.code)}, {"message", error.message}, {"hint", error.hint}}}};
    context.err << body.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
    return;
  }
  context.err << "flotilla: " << error.message << '\n';
  if (!error.hint.empty()) context.err << "  " << error.hint << '\n';
}

int run_cli(int argc, const char* const* argv, std::initializer_list<AddCommands> verbs, std::ostream& out,
            std::ostream& err) {
  CliContext context{out, err};
  context.socket_path = kDefaultSocket;
  CLI::App app{"Flotilla keeps a fleet of ESP8266 boards up to date: signed updates, in waves, with the way back.",
               "flotilla"};
  add_global_options(app, context);
  for (const AddCommands add : verbs) add(app, context);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, out, err) == 0 ? kDone : kUsage;
  }
  return context.exit_code;
}

}  // namespace flotilla::cli
