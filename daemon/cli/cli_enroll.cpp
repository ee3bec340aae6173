// flotilla device enroll
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "common/flash_map.h"
#include "daemon/authority/adoption.h"
#include "daemon/authority/bundle_files.h"
#include "daemon/authority/enroll.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/system.h"

namespace flotilla::cli {
namespace {

constexpr const char* kExample = R"(Example:
  flotilla device enroll kitchen cellar --authority home --hardware d1-mini --label floor=0 \
    --wifi-ssid Home --wifi-password-file wifi.txt
The password may also come from FLOTILLA_WIFI_PASSWORD; it is shown nowhere. Needs no daemon.

A board that runs an old Arduino firmware and has an update path (espota, web upload, HTTP update) needs no cable:
  flotilla device enroll kitchen --authority home --hardware d1-mini --wifi-ssid Home --wifi-password-file wifi.txt \
    --firmware sensor-1.0.0.bin --adoption-image kitchen-adoption.bin
The adoption image is the firmware with this one board's provisioning behind it. At its first boot the board puts that
into its place and erases it from the image area. The file holds the board's private key and the Wi-Fi password: send it
to this board alone, and delete it afterwards. The firmware is the .bin as the build made it, for address 0x0; the same
file goes to `flotilla release sign`.)";

struct EnrollOptions {
  std::vector<std::string> ids;
  authority::EnrollRequest common;  // all but the id
  std::vector<std::string> labels;  // name=value
  std::string password_file;
  std::string out;
  std::string firmware;
  std::string adoption_image;
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

struct Enrolled {
  std::vector<authority::EnrolledDevice> devices;
  std::string adoption_image;  // empty: none was asked for
  std::size_t adoption_size = 0;
};

Result<Enrolled, Error> enroll_to_adopt(const EnrollOptions& options, const authority::Authority& authority,
                                        const std::vector<authority::EnrollRequest>& requests,
                                        const std::filesystem::path& out) {
  if (requests.size() != 1) {
    return Error{ErrorCode::InvalidArgument,
                 "an adoption image is for one board, " + std::to_string(requests.size()) + " were named",
                 "enrol them one by one, each with an image of its own"};
  }
  auto firmware = authority::read_firmware(options.firmware);
  if (!firmware) return firmware.error();
  auto adopted = authority::enroll_for_adoption(
      authority, requests.front(), out,
      {.name = options.firmware, .firmware = std::move(*firmware), .out = options.adoption_image});
  if (!adopted) return adopted.error();
  return Enrolled{{adopted->device}, adopted->image.string(), adopted->size};
}

Result<Enrolled, Error> enroll(EnrollOptions& options, const CliContext& context) {
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
  if (!options.adoption_image.empty()) return enroll_to_adopt(options, *authority, requests, out);
  auto devices = authority::enroll_devices(*authority, requests, out);
  if (!devices) return devices.error();
  return Enrolled{std::move(*devices), {}, 0};
}

void show_json(const Enrolled& enrolled, std::ostream& out) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const auto& device : enrolled.devices) {
    list.push_back(
        {{"id", device.id}, {"folder", device.folder.string()}, {"provisioning", device.provisioning.string()}});
    if (enrolled.adoption_image.empty()) continue;
    list.back()["adoption_image"] = enrolled.adoption_image;
    list.back()["adoption_image_size"] = enrolled.adoption_size;
  }
  out << nlohmann::ordered_json{{"devices", list}}.dump(2) << '\n';
}

void show_adoption(const Enrolled& enrolled, std::ostream& out) {
  const std::string& id = enrolled.devices.front().id;
  const std::string& file = enrolled.adoption_image;
  out << "Adoption image " << file << " (" << enrolled.adoption_size << " bytes, mode 0600)\n"
      << "  It holds " << id
      << "'s private key and Wi-Fi password. Send it to this one board, in a network you trust:\n"
      << "  the old update paths do not encrypt. With BOARD as its present address, one of\n"
      << "    espota.py -i BOARD -p 8266 -f '" << file
      << "'           -a PASSWORD where the old firmware asks for one\n"
      << "    curl -F 'firmware=@" << file << "' http://BOARD/update   -u USER:PASSWORD likewise\n"
      << "    HTTP update: serve the file where this board asks for its update, to this board alone\n"
      << "  The old firmware is gone afterwards, so the Wi-Fi above must be right: a board that cannot join it needs "
         "a\n"
      << "  cable. When `flotilla device show " << id
      << "` has it online, delete the file: nothing needs it any more.\n";
}

void show(const Enrolled& enrolled, bool has_wifi, std::ostream& out) {
  const bool by_cable = enrolled.adoption_image.empty();
  for (const auto& device : enrolled.devices) {
    out << "Enrolled " << device.id << " in " << device.folder.string() << "\n";
    if (by_cable) {
      out << "  esptool.py --port /dev/ttyUSB0 write_flash 0x2FC000 " << device.provisioning.string() << "\n";
    }
  }
  if (by_cable) {
    constexpr std::uint32_t kMegabyte = 0x100000;
    out << std::hex << std::uppercase << "The address is for 4 MB of flash; with 1 MB it is 0x"
        << flash_map::provisioning(kMegabyte, 0) << ", with 2 MB 0x" << flash_map::provisioning(2 * kMegabyte, 0)
        << ".\n"
        << std::dec << std::nouppercase;
  } else {
    show_adoption(enrolled, out);
  }
  if (!has_wifi) out << "No Wi-Fi was given: a real board could not connect. Give it by --wifi-ssid.\n";
  out << "The folders hold the boards' private keys: nobody else should read them.\n";
}

void run_enroll(EnrollOptions options, CliContext& context) {
  const auto enrolled = enroll(options, context);
  if (!enrolled) return fail(context, enrolled.error());
  if (context.json()) return show_json(*enrolled, context.out);
  show(*enrolled, !options.common.wifi_ssid.empty(), context.out);
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
  CLI::Option* firmware =
      enroll->add_option("--firmware", options->firmware, "with --adoption-image: the whole .bin, for address 0x0")
          ->option_text("FILE.bin");
  enroll
      ->add_option("--adoption-image", options->adoption_image,
                   "for a board with an old firmware: writes FILE.bin with the provisioning behind it; a secret file")
      ->needs(firmware)
      ->option_text("OUT.bin");
  firmware->needs(enroll->get_option("--adoption-image"));
  enroll->callback([options, &context] { run_enroll(*options, context); });
}

}  // namespace flotilla::cli
