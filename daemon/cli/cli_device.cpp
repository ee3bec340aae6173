// device list, device show, device why.
#include <memory>
#include <ostream>

#include <CLI/CLI.hpp>

#include "daemon/api/types.h"
#include "daemon/cli/config_view.h"
#include "daemon/cli/online.h"
#include "daemon/cli/table.h"

namespace flotilla::cli {
namespace {

constexpr std::size_t kShortDigest = 12;

std::string or_dash(const std::string& text) { return text.empty() ? "-" : text; }

std::string labels_text(const api::DeviceView& device) {
  std::string text;
  for (const auto& [name, value] : device.labels) {
    text += (text.empty() ? "" : ",") + name;
    text += "=" + value;
  }
  return text;
}

std::string state_text(const api::DeviceView& device) {
  if (device.first_seen_at == 0) return "never-heard";
  std::string text = device.update.state;
  if (text == "downloading") text += " " + std::to_string(device.update.progress) + "%";
  if (!device.update.reason.empty()) text += " (" + device.update.reason + ")";
  return text;
}

Cell online_cell(const api::DeviceView& device) {
  return device.online ? Cell("yes", Colour::Green) : Cell("no", Colour::Yellow);
}

void print_list(const CliContext& context, const api::DeviceList& list) {
  Table table(
      {{"DEVICE"}, {"ONLINE"}, {"HEARD"}, {"VERSION"}, {"STATE"}, {"IMAGE"}, {"HARDWARE"}, {"RSSI", true}, {"LABELS"}});
  const std::int64_t now = wall_now();
  for (const api::DeviceView& device : list.devices) {
    table.add({device.id, online_cell(device), format_ago(device.last_heard_at, now), or_dash(device.version),
               Cell(state_text(device), colour_of_state(device.update.state)),
               or_dash(device.image_sha256.substr(0, kShortDigest)), or_dash(device.hardware),
               device.first_seen_at == 0 ? "-" : std::to_string(device.rssi), labels_text(device)});
  }
  table.print(context.out, terminal_of(context.out).colour);
  if (list.devices.empty()) context.out << "No device yet: flotilla device enroll makes one known.\n";
}

void add_update_facts(const api::DeviceView& device, Facts& facts) {
  facts.add("version", or_dash(device.version));
  facts.add("image", or_dash(device.image_sha256));
  facts.add("release counter",
            std::to_string(device.release_counter) + ", security floor " + std::to_string(device.security_floor));
  facts.add("state", Cell(state_text(device), colour_of_state(device.update.state)));
  if (!device.update.error_text.empty()) facts.add("reason", device.update.error_text);
  if (device.update.attempt != 0) facts.add("attempt", std::to_string(device.update.attempt));
  if (!device.deferred.empty()) facts.add("deferred", device.deferred);
  if (!device.refusal.reason.empty()) {
    facts.add("last refusal", device.refusal.reason + " (sequence " + std::to_string(device.refusal.sequence) + ")");
  }
  if (device.order) {
    facts.add("order", device.order->kind + " " + device.order->release + ", attempt " +
                           std::to_string(device.order->attempt) + ", rollout " +
                           std::to_string(device.order->rollout) + ", sequence " +
                           std::to_string(device.order->sequence) + (device.order->accepted ? ", accepted" : ""));
  }
  facts.add("sequence", std::to_string(device.sequence) + " here, " + std::to_string(device.last_sequence) +
                            " on the device, trust version " + std::to_string(device.trust_version));
}

void add_config_facts(const api::ConfigView& config, Facts& facts) {
  facts.add("configuration", Cell(config_text(config), colour_of_state(config.state)));
  facts.add("  ordered", format_time(config.ordered_at) + " by " + config.ordered_by + ", " + config.state + " since " +
                             format_time(config.at));
}

void add_board_facts(const api::DeviceView& device, Facts& facts) {
  facts.add("boot", "number " + std::to_string(device.boot.count) + " (" + device.boot.reset_reason + "), up " +
                        format_duration(device.boot.uptime_seconds));
  facts.add("heap",
            std::to_string(device.free_heap) + " bytes free, largest block " + std::to_string(device.largest_block));
  facts.add("rssi", std::to_string(device.rssi) + " dBm");
  facts.add("chip", device.chip_id + ", agent " + or_dash(device.agent_version));
  facts.add("bootloader", device.capabilities.power_safe_boot
                              ? Cell("flotilla (power-safe)")
                              : Cell("stock (a power cut while it copies needs a cable)", Colour::Yellow));
  facts.add("local rollback", device.capabilities.local_rollback ? "yes" : "no");
  for (const auto& [name, value] : device.health) {
    facts.add("health " + name, value ? format_value(*value) : "not a number");
  }
}

void print_device(const CliContext& context, const api::DeviceView& device) {
  Facts facts;
  facts.add("device", device.id);
  facts.add("product", or_dash(device.product) + " on " + or_dash(device.hardware));
  if (!device.labels.empty()) facts.add("labels", labels_text(device));
  facts.add("online", online_cell(device));
  facts.add("last heard",
            format_time(device.last_heard_at) + " (" + format_ago(device.last_heard_at, wall_now()) + ")");
  if (device.first_seen_at != 0) {
    add_update_facts(device, facts);
  }
  if (device.config) add_config_facts(*device.config, facts);
  if (device.first_seen_at != 0) add_board_facts(device, facts);
  facts.print(context.out, terminal_of(context.out).colour);
}

// A subcommand with a device's id as its argument.
template <typename Act>
void add_for_device(CLI::App& group, const char* name, const char* description, const char* example, Act act) {
  CLI::App* sub = group.add_subcommand(name, description);
  const auto id = std::make_shared<std::string>();
  sub->add_option("id", *id, "the device's id")->required()->check(check_device_id)->option_text("ID");
  sub->footer(std::string("Example:\n  ") + example);
  sub->callback([id, act] { act(*id); });
}

}  // namespace

void add_device_commands(CLI::App& app, CliContext& context) {
  CLI::App& group = command_group(app, "device", "the devices: enroll, list, show, why, configuration");
  CLI::App* list = group.add_subcommand("list", "what every device runs and how its update stands");
  list->footer("Example:\n  flotilla device list\n  flotilla device list -o json | jq '.devices[].image_sha256'");
  list->callback([&context] {
    show<api::DeviceList>(context, client_of(context).get("/v1/devices"),
                          [&](const api::DeviceList& devices) { print_list(context, devices); });
  });
  add_for_device(group, "show", "everything known about one device", "flotilla device show kitchen",
                 [&context](const std::string& id) {
                   show<api::DeviceView>(context, client_of(context).get("/v1/devices/" + id),
                                         [&](const api::DeviceView& device) { print_device(context, device); });
                 });
  add_for_device(group, "why", "one sentence: why the device is where it is", "flotilla device why kitchen",
                 [&context](const std::string& id) {
                   show<api::WhyView>(
                       context, client_of(context).get("/v1/devices/" + id + "/why"),
                       [&](const api::WhyView& answer) { context.out << printable(answer.why) << '\n'; });
                 });
}

}  // namespace flotilla::cli
