// flotilla device config
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "daemon/authority/device_config.h"
#include "daemon/authority/enroll.h"
#include "daemon/cli/cli.h"

namespace flotilla::cli {
namespace {

constexpr const char* kExample = R"(Example: the Wi-Fi gets a new password
  flotilla device config kitchen --authority home --wifi-password-file new.txt
  flotilla device update-config kitchen home/devices/kitchen/pending/config.bin
  flotilla device show kitchen
  flotilla device config kitchen --authority home --keep
The board tries the new configuration and goes back to the old one by itself where it cannot reach its broker with it.
So the authority's record stays as it is, and what was made lies in `pending` beside it until you say how it ended:
--keep where the device confirmed it, --discard where it rolled back or was never sent. One can be pending at a time.
The file holds the Wi-Fi password (and, with --renew-certificate, the new private key). Needs no daemon.)";

struct ConfigOptions {
  std::string id;
  std::string devices;
  std::string out;
  std::string wifi_ssid;
  std::string password_file;
  bool wifi_open = false;
  bool keep = false;
  bool discard = false;
  authority::ConfigChange change;  // all but the Wi-Fi
};

// The file counts before the environment, which counts where a name is given, as in `enroll`. A new network with the old
// one's password is nearly always a mistake, so the password must be named.
Result<Unit, Error> read_wifi(ConfigOptions& options) {
  auto& change = options.change;
  if (!options.wifi_ssid.empty()) change.wifi_ssid = options.wifi_ssid;
  if (options.wifi_open) change.wifi_password = "";
  if (!options.password_file.empty()) {
    auto read = authority::read_wifi_password(options.password_file);
    if (!read) return read.error();
    change.wifi_password = std::move(*read);
  }
  if (!change.wifi_ssid || change.wifi_password) return Unit{};
  if (const char* environment = std::getenv("FLOTILLA_WIFI_PASSWORD"); environment != nullptr) {
    change.wifi_password = environment;
    return Unit{};
  }
  return Error{ErrorCode::InvalidArgument, "the Wi-Fi " + options.wifi_ssid + " was given without a password",
               "give --wifi-password-file, or --wifi-open for a network that has none"};
}

bool changes_anything(const ConfigOptions& options) {
  return !options.change.empty() || !options.wifi_ssid.empty() || !options.password_file.empty() || options.wifi_open;
}

void show(const authority::PendingConfig& made, const std::string& id, CliContext& context) {
  if (context.json()) {
    const nlohmann::ordered_json body{{"id", id},
                                      {"file", made.file.string()},
                                      {"sha256", std::string(to_hex(made.sha256).view())},
                                      {"size", made.size}};
    context.out << body.dump(2) << '\n';
    return;
  }
  context.out << "Configuration for " << id << ": " << made.file.string() << "\n"
              << "  " << made.size << " bytes, mode 0600, sha256 " << to_hex(made.sha256).view() << "\n"
              << "Send it:\n"
              << "  flotilla device update-config " << id << " " << made.file.string() << "\n"
              << "and when `flotilla device show " << id << "` says how it ended:\n"
              << "  flotilla device config " << id << " --keep       the device confirmed it\n"
              << "  flotilla device config " << id << " --discard    it rolled back, or was never sent\n";
}

void show_end(const ConfigOptions& options, CliContext& context) {
  const char* end = options.keep ? "kept" : "discarded";
  if (context.json()) {
    context.out << nlohmann::ordered_json{{"id", options.id}, {"pending", end}}.dump(2) << '\n';
    return;
  }
  context.out << (options.keep ? "Kept: the record of " + options.id + " says what the device runs.\n"
                               : "Discarded: the record of " + options.id + " stays as it was.\n");
}

void run_config(ConfigOptions options, CliContext& context) {
  const auto authority = authority::Authority::open(context.authority_dir);
  if (!authority) return fail(context, authority.error());
  const std::filesystem::path devices =
      options.devices.empty() ? authority->devices_folder() : std::filesystem::path(options.devices);
  if (options.keep || options.discard) {
    if (changes_anything(options)) {
      return fail(context, {ErrorCode::InvalidArgument, "--keep and --discard end what is pending: they change nothing",
                            "call it twice"});
    }
    const auto ended =
        options.keep ? authority::keep_config(devices, options.id) : authority::discard_config(devices, options.id);
    return ended ? show_end(options, context) : fail(context, ended.error());
  }
  if (auto read = read_wifi(options); !read) return fail(context, read.error());
  const auto made = authority::make_config(*authority, devices, options.id, options.change, options.out);
  if (!made) return fail(context, made.error());
  show(*made, options.id, context);
}

void add_changes(CLI::App& config, ConfigOptions& options) {
  auto& change = options.change;
  config.add_option("--wifi-ssid", options.wifi_ssid, "another Wi-Fi; with --wifi-password-file or --wifi-open")
      ->option_text("NAME");
  CLI::Option* password =
      config.add_option("--wifi-password-file", options.password_file, "a file with the password in its first line")
          ->option_text("FILE");
  config.add_flag("--wifi-open", options.wifi_open, "the Wi-Fi has no password")->excludes(password);
  config
      .add_option("--broker-address", change.addresses,
                  "where boards find the Pi, in the order of trying; replaces all")
      ->allow_extra_args(false)
      ->option_text("HOST");
  config.add_option("--broker-port", change.mqtt_port, "the broker's")->option_text("PORT");
  config.add_option("--https-port", change.https_port, "the image server's")->option_text("PORT");
  config.add_option("--ntp-host", change.ntp_host, "where the time comes from")->option_text("HOST");
  config.add_option("--heartbeat-seconds", change.heartbeat_seconds, "how often the board reports, 1 to 3600")
      ->option_text("N");
  config.add_flag("--renew-certificate", change.renew_certificate, "a new private key and a certificate for it");
}

}  // namespace

void add_config_commands(CLI::App& app, CliContext& context) {
  auto options = std::make_shared<ConfigOptions>();
  CLI::App* config = command_group(app, "device", "boards")
                         .add_subcommand("config", "make a new configuration for a board that is enrolled");
  config->footer(kExample);
  config->add_option("id", options->id, "the board")->required()->option_text("ID");
  add_changes(*config, *options);
  config->add_option("--out", options->out, "also write the file here")->option_text("FILE");
  config
      ->add_option("--devices", options->devices, "the boards' folders; `devices` beside the authority's if not given")
      ->option_text("DIR");
  CLI::Option* keep = config->add_flag("--keep", options->keep, "the device confirmed it: make it the board's record");
  config->add_flag("--discard", options->discard, "forget it")->excludes(keep);
  config->callback([options, &context] { run_config(*options, context); });
}

}  // namespace flotilla::cli
