// flotilla init
#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "daemon/authority/init.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/system.h"

namespace flotilla::cli {
namespace {

constexpr const char* kExample = R"(Example:
  flotilla init --dir home --product sensor --broker-name pi.local --address 192.168.1.10
Makes home/authority (keep it off the Pi), home/pi (goes to the Pi) and home/operator (yours).)";

void explain(std::ostream& out, const authority::InitRequest& request, const std::string& folder) {
  const std::string pi = folder + "/pi";
  out << "Made the fleet '" << request.fleet.product << "' in " << folder << ":\n\n"
      << "  authority/  Who holds it can sign firmware for every board and enrol new ones. Keep it on your own\n"
      << "              machine, never on the Pi, with a backup off the network: without it no board can be updated.\n"
      << "  pi/         Goes to the Pi and stays there: certificates, the command key, the broker's and the daemon's\n"
      << "              configuration. Who steals it can neither sign firmware nor enrol a board.\n"
      << "  operator/   " << request.operator_name << "'s certificate and key, for the daemon's API over TLS.\n\n"
      << "Next:\n"
      << "  mosquitto -c " << pi << "/mosquitto.conf\n"
      << "  flotillad --config " << pi << "/flotillad.toml\n"
      << "  flotilla device enroll ID --authority " << folder << " --hardware HARDWARE\n";
}

void run_init(authority::InitRequest request, CliContext& context) {
  request.now = wall_seconds();
  request.broker_user = user_name();
  const auto made = authority::init_fleet(request);
  if (!made) return fail(context, made.error());
  const std::string folder = made->folder.string();
  if (context.json()) {
    const nlohmann::ordered_json body{{"folder", folder},
                                      {"authority", folder + "/authority"},
                                      {"pi", folder + "/pi"},
                                      {"operator", folder + "/operator"}};
    context.out << body.dump(2) << '\n';
    return;
  }
  explain(context.out, request, folder);
}

}  // namespace

void add_init_commands(CLI::App& app, CliContext& context) {
  auto request = std::make_shared<authority::InitRequest>();
  request->operator_name = "admin";
  auto& fleet = request->fleet;
  CLI::App* init = app.add_subcommand("init", "make an authority and the files of its Pi");
  init->footer(kExample);
  init->add_option("--dir", request->folder, "a new or empty folder for everything")->required()->option_text("DIR");
  init->add_option("--product", fleet.product, "what the boards are; firmware for another product is refused")
      ->required()
      ->option_text("NAME");
  init->add_option("--broker-name", fleet.broker_name, "the Pi's DNS name, as it stands in its certificates")
      ->required()
      ->option_text("NAME");
  init->add_option("--address", fleet.addresses, "where boards find the Pi, tried in turn; up to four")
      ->required()
      ->option_text("ADDRESS...");
  init->add_option("--mqtt-port", fleet.mqtt_port, "the broker's port")->option_text("PORT [8883]");
  init->add_option("--https-port", fleet.https_port, "the image server's port")->option_text("PORT [8443]");
  init->add_option("--bind", request->bind_address, "where broker and image server listen; all addresses if not given")
      ->option_text("ADDRESS");
  init->add_option("--ntp-host", fleet.ntp_host, "where boards ask for the time; the first address if not given")
      ->option_text("HOST");
  init->add_option("--heartbeat", fleet.heartbeat_seconds, "seconds between two heartbeats of a board")
      ->option_text("SECONDS [30]");
  init->add_option("--operator", request->operator_name, "the operator's name in the certificate `_op.NAME`")
      ->option_text("NAME [admin]");
  init->callback([request, &context] { run_init(*request, context); });
}

}  // namespace flotilla::cli
