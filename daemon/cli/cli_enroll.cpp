// flotilla device enroll
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "daemon/authority/enroll.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/system.h"

namespace flotilla::cli {
namespace {

constexpr const char* kExample = R"(Example:
  flotilla device enroll kitchen cellar --authority home --hardware d1-mini --label floor=0 \
    --wifi-ssid Home --wifi-password-file wifi.txt
The password may also come from FLOTILLA_WIFI_PASSWORD; it is shown nowhere. Needs no daemon.)";

struct EnrollOptions {
  std::vector<std::string> ids;
  authority::EnrollRequest common;  // all but the id
  std::vector<std::string> labels;  // name=value
  std::string password_file;
  std::string out;
};

Result<Unit, Error> read_labels(EnrollOptions& options) {
  for (const auto& label : options.labels) {
    const std::size_t equals = label.find('=');
    if (equals == std::string::npos) {
      return Error{ErrorCode::InvalidArgument, "the label '" + label + "' has no value", "write it as name=value"};
    }
    options.common.labels.emplace_back(label.substr(0, equals), label.substr(equals + 1));
  }
  return Unit{};
}

// The flag counts before the file, the file before the environment.
Result<Unit, Error> read_password(EnrollOptions& options) {
  std::string& password = options.common.wifi_password;
  if (!password.empty()) return Unit{};
  if (!options.password_file.empty()) {
    auto read = authority::read_wifi_password(options.password_file);
    if (!read) return read.error();
    password = std::move(*read);
    return Unit{};
  }
  const char* environment = std::getenv("FLOTILLA_WIFI_PASSWORD");
  if (environment != nullptr && !options.common.wifi_ssid.empty()) password = environment;
  return Unit{};
}

Result<std::vector<authority::EnrolledDevice>, Error> enroll(EnrollOptions& options, const CliContext& context) {
  const auto authority = authority::Authority::open(context.authority_dir);
  if (!authority) return authority.error();
  if (auto read = read_labels(options); !read) return read.error();
  if (auto read = read_password(options); !read) return read.error();
  options.common.now = wall_seconds();
  std::vector<authority::EnrollRequest> requests;
  for (const auto& id : options.ids) {
    requests.push_back(options.common);
    requests.back().id = id;
  }
  const std::filesystem::path out =
      options.out.empty() ? authority->devices_folder() : std::filesystem::path(options.out);
  return authority::enroll_devices(*authority, requests, out);
}

void show_json(const std::vector<authority::EnrolledDevice>& devices, std::ostream& out) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& device : devices) {
    list.push_back(
        {{"id", device.id}, {"folder", device.folder.string()}, {"provisioning", device.provisioning.string()}});
  }
  out << nlohmann::ordered_json{{"devices", list}}.dump(2) << '\n';
}

void show(const std::vector<authority::EnrolledDevice>& devices, bool has_wifi, std::ostream& out) {
  for (const auto& device : devices) {
    out << "Enrolled " << device.id << " in " << device.folder.string() << "\n"
        << "  esptool.py --port /dev/ttyUSB0 write_flash 0x2FC000 " << device.provisioning.string() << "\n";
  }
  if (!has_wifi) out << "No Wi-Fi was given: a real board could not connect. Give it by --wifi-ssid.\n";
  out << "The folders hold the boards' private keys: nobody else should read them.\n";
}

void run_enroll(EnrollOptions options, CliContext& context) {
  const auto devices = enroll(options, context);
  if (!devices) return fail(context, devices.error());
  if (context.json()) return show_json(*devices, context.out);
  show(*devices, !options.common.wifi_ssid.empty(), context.out);
}

}  // namespace

void add_enroll_commands(CLI::App& app, CliContext& context) {
  auto options = std::make_shared<EnrollOptions>();
  CLI::App* enroll = command_group(app, "device", "boards")
                         .add_subcommand("enroll", "make a board's key, certificate and provisioning block");
  enroll->footer(kExample);
  enroll->add_option("id", options->ids, "the board's name: [a-z0-9][a-z0-9-]{0,31}; several are allowed")
      ->required()
      ->option_text("ID...");
  enroll->add_option("--hardware", options->common.hardware, "what the board is; firmware names what it runs on")
      ->required()
      ->option_text("NAME");
  enroll->add_option("--label", options->labels, "for choosing boards later; may be repeated")
      ->allow_extra_args(false)
      ->option_text("NAME=VALUE");
  enroll->add_option("--wifi-ssid", options->common.wifi_ssid, "the name of the Wi-Fi")->option_text("NAME");
  CLI::Option* password = enroll
                              ->add_option("--wifi-password", options->common.wifi_password,
                                           "its password; others on this machine can see it here, so rather:")
                              ->option_text("TEXT");
  enroll->add_option("--wifi-password-file", options->password_file, "a file with the password in its first line")
      ->excludes(password)
      ->option_text("FILE");
  enroll
      ->add_option("--out", options->out, "where the boards' folders go; `devices` beside the authority's if not given")
      ->option_text("DIR");
  enroll->add_flag("--renew", options->common.renew, "a new key and certificate for a board that is enrolled already");
  enroll->callback([options, &context] { run_enroll(*options, context); });
}

}  // namespace flotilla::cli
