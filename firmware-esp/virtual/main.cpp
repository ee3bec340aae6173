// virtual-esp: boards on a desk. The command line only; what it does is in commands.h.
#include <exception>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>

#include "firmware-esp/virtual/commands.h"

namespace {

using flotilla::LogLevel;

void add_run(CLI::App& app, flotilla::RunOptions& options, int& code) {
  auto* run = app.add_subcommand("run", "Run boards until SIGTERM or SIGINT");
  run->add_option("--provisioning", options.provisioning, "One file per board, as `flotilla device enroll` makes them")
      ->check(CLI::ExistingFile);
  run->add_option("--adopt", options.adopt, "Adoption images: one board each, as an old firmware's updater left it")
      ->check(CLI::ExistingFile);
  run->add_option("--state", options.state, "Folder for the flash files; they outlive a kill")->required();
  run->add_option("--image", options.image, "The .bin that a new board is flashed with")->check(CLI::ExistingFile);
  run->add_option("--bootloader", options.bootloader, "Of new boards; an adopted one has the stock one")
      ->check(CLI::IsMember({"flotilla", "stock"}))
      ->capture_default_str();
  run->add_option("--seed", options.seed, "Makes chip ids, boot ids and jitter repeatable; for a new --state only");
  run->add_option("--sector-ms", options.sector_ms, "What the bootloader takes to copy 4 KB; about 50 on the chip")
      ->capture_default_str();
  run->add_option("--config-trial-seconds", options.config_trial_seconds, "For tests: of a new provisioning; 600");
  run->add_option("--broker-patience-seconds", options.broker_patience_seconds, "For tests; 600");
  const std::map<std::string, LogLevel> levels{
      {"debug", LogLevel::Debug}, {"info", LogLevel::Info}, {"error", LogLevel::Error}};
  run->add_option("--log-level", options.log_level, "debug, info or error")->transform(CLI::CheckedTransformer(levels));
  run->footer("Example: virtual-esp run --provisioning kitchen.prov --state boards --image sensor-1.0.0.bin");
  run->callback([&] { code = flotilla::run_boards(options); });
}

void add_image(CLI::App& app, flotilla::ImageOptions& options, int& code) {
  auto* image = app.add_subcommand("image", "Make a firmware file that a virtual board can boot");
  image->add_option("--version", options.version, "Semantic version of the firmware")->required();
  image->add_option("--size", options.size, "Bytes of the image behind sector 0")->capture_default_str();
  image->add_option("--hardware", options.hardware, "Crashes on boards with other hardware; any where not given");
  image->add_option("--fault", options.fault, "What is wrong with it")
      ->check(CLI::IsMember({"none", "selftest-fails", "crashes-at-boot", "no-network", "hangs"}))
      ->capture_default_str();
  image->add_option("--seed", options.seed, "Of the content; by default from version and fault");
  image->add_option("--built-at", options.built_at, "Seconds since 1970; by default now");
  image->add_option("-o,--output", options.output, "The .bin to write")->required();
  image->footer("Example: virtual-esp image --version 1.2.0 --fault selftest-fails -o sensor-1.2.0.bin");
  image->callback([&] { code = flotilla::write_image(options); });
}

void add_inspect(CLI::App& app, std::string& path, int& code) {
  auto* inspect = app.add_subcommand("inspect", "Show what lies in the flash of a board that is not running");
  inspect->add_option("flash", path, "A .flash file of the --state folder")->required()->check(CLI::ExistingFile);
  inspect->footer("Example: virtual-esp inspect boards/kitchen.flash");
  inspect->callback([&] { code = flotilla::inspect_flash(path); });
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Virtual ESP8266 boards: the real device agent on a desk");
  app.require_subcommand(1);
  flotilla::RunOptions run;
  flotilla::ImageOptions image;
  std::string flash;
  int code = 0;
  add_run(app, run, code);
  add_image(app, image, code);
  add_inspect(app, flash, code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  } catch (const std::exception& error) {
    std::cerr << "virtual-esp: " << error.what() << "\n";
    return 1;
  }
  return code;
}
