// device update-config, device withdraw-config.
#include <chrono>
#include <fstream>
#include <memory>
#include <ostream>
#include <thread>

#include <CLI/CLI.hpp>

#include "daemon/api/http.h"
#include "daemon/api/types.h"
#include "daemon/cli/config_view.h"
#include "daemon/cli/online.h"

namespace flotilla::cli {
namespace {

constexpr auto kLook = std::chrono::milliseconds(300);

std::string address_of(const std::string& id) { return "/v1/devices/" + id; }

Result<std::string, Error> read_config(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(api::kMaxConfigBody + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(file.gcount(), 0)));
  if (bytes.empty()) {
    return Error{ErrorCode::NotFound, "cannot read " + path + ", or it is empty",
                 "give the file that flotilla device config made"};
  }
  if (bytes.size() <= api::kMaxConfigBody) return bytes;
  return Error{ErrorCode::InvalidArgument, path + " is larger than a configuration can be",
               "give the file that flotilla device config made, not provisioning.bin"};
}

// Looks until the configuration has ended; the exit code says whether the device confirmed it.
void wait_for_end(CliContext& context, const std::string& id) {
  std::string shown;
  while (true) {
    const Reply reply = client_of(context).get(address_of(id));
    if (!reply.ok()) return fail_printable(context, reply.error());
    const auto device = api::from_json_text<api::DeviceView>(*reply);
    if (!device.ok()) return fail_printable(context, device.error());
    if (!device->config) return fail(context, {ErrorCode::NotFound, "nothing is ordered for " + id + " any more", ""});
    const std::string text = config_text(*device->config);
    if (!context.json() && text != shown) context.out << printable(id + ": " + text) << std::endl;
    shown = text;
    if (api::has_ended(*device->config)) {
      if (context.json()) context.out << indented(*reply) << '\n';
      if (device->config->state != "confirmed") context.exit_code = kFailed;
      return;
    }
    std::this_thread::sleep_for(kLook);
  }
}

struct ConfigOptions {
  std::string id;
  std::string file;
  bool wait = false;
};

void update(CliContext& context, const ConfigOptions& options) {
  const auto content = read_config(options.file);
  if (!content.ok()) return fail_printable(context, content.error());
  const Reply reply = client_of(context).put(address_of(options.id) + "/config", *content, "application/octet-stream");
  if (!reply.ok()) return fail_printable(context, reply.error());
  if (options.wait) return wait_for_end(context, options.id);
  show<api::DeviceView>(context, reply, [&](const api::DeviceView& device) {
    context.out << "Ordered attempt " << (device.config ? device.config->attempt : 0) << " for " << options.id
                << "; flotilla device why " << options.id << " tells how it goes.\n";
  });
}

void withdraw(CliContext& context, const std::string& id) {
  show<api::DeviceView>(context, client_of(context).remove(address_of(id) + "/config"), [&](const api::DeviceView&) {
    context.out << "Taken back; no configuration is ordered for " << id << ".\n";
  });
}

}  // namespace

void add_update_config_commands(CLI::App& app, CliContext& context) {
  CLI::App& group = command_group(app, "device", "the devices");
  const auto options = std::make_shared<ConfigOptions>();
  CLI::App* update_sub = group.add_subcommand("update-config", "give a device a new provisioning over the air");
  update_sub->add_option("id", options->id, "the device's id")->required()->check(check_device_id)->option_text("ID");
  update_sub->add_option("file", options->file, "what `flotilla device config` made")->required()->option_text("FILE");
  update_sub->add_flag("--wait", options->wait, "stay until it has ended; exit code 0: the device confirmed it");
  update_sub->footer(
      "The device tries it for ten minutes at most, and goes back by itself where it has no broker with it.\n"
      "Example:\n  flotilla device update-config kitchen kitchen.config --wait");
  update_sub->callback([&context, options] { update(context, *options); });

  const auto taken_back = std::make_shared<std::string>();
  CLI::App* withdraw_sub =
      group.add_subcommand("withdraw-config", "take back a provisioning that the device has not accepted");
  withdraw_sub->add_option("id", *taken_back, "the device's id")->required()->check(check_device_id)->option_text("ID");
  withdraw_sub->footer("Example:\n  flotilla device withdraw-config kitchen");
  withdraw_sub->callback([&context, taken_back] { withdraw(context, *taken_back); });
}

}  // namespace flotilla::cli
