// rollout start, list, show, watch, pause, resume, abort.
#include <chrono>
#include <memory>
#include <ostream>
#include <thread>

#include <CLI/CLI.hpp>

#include "daemon/api/requests.h"
#include "daemon/api/types.h"
#include "daemon/api/waves.h"
#include "daemon/cli/online.h"
#include "daemon/cli/table.h"
#include "daemon/cli/text.h"
#include "daemon/cli/watch.h"

namespace flotilla::cli {
namespace {

constexpr auto kLook = std::chrono::milliseconds(300);
constexpr const char* kRollouts = "/v1/rollouts";

std::string address_of(std::uint64_t id) { return std::string(kRollouts) + "/" + std::to_string(id); }

// --- showing

void print_list(const CliContext& context, const api::RolloutList& list) {
  Table table({{"ROLLOUT", true},
               {"RELEASE"},
               {"STATE"},
               {"WAVE", true},
               {"DEVICES", true},
               {"STARTED"},
               {"BY"},
               {"WHERE THEY ARE"}});
  for (const api::RolloutView& rollout : list.rollouts) {
    table.add({std::to_string(rollout.id), rollout.release, Cell(rollout.state, colour_of_state(rollout.state)),
               std::to_string(rollout.open_wave), std::to_string(rollout.total), format_time(rollout.created_at),
               rollout.created_by, format_counts(rollout.counts)});
  }
  table.print(context.out, terminal_of(context.out).colour);
  if (list.rollouts.empty()) context.out << "No rollout yet: flotilla rollout start VERSION begins one.\n";
}

std::string policy_text(const api::PolicyView& policy) {
  return "at least " + std::to_string(policy.success_percent) + " % of a wave, " +
         std::to_string(policy.failure_limit) + (policy.failure_limit == 1 ? " failure halts" : " failures halt") +
         ", soak " + format_duration(policy.soak_seconds) + ", offline after " +
         format_duration(policy.offline_seconds) + ", trial " + std::to_string(policy.trial_boots) + " boots or " +
         format_duration(policy.trial_seconds);
}

std::string member_reason(const api::MemberView& member) {
  std::string text = member.reason.empty() ? member.skip_reason : member.reason;
  if (!member.explanation.empty()) text += ": " + member.explanation;
  if (!member.detail.empty() && member.detail != member.explanation) text += (text.empty() ? "" : ": ") + member.detail;
  return text;
}

void print_detail(const CliContext& context, const api::RolloutDetail& detail) {
  const bool colours = terminal_of(context.out).colour;
  const api::RolloutView& rollout = detail.rollout;
  Facts facts;
  facts.add("rollout", std::to_string(rollout.id));
  facts.add("release", rollout.release);
  facts.add("state", Cell(rollout.state, colour_of_state(rollout.state)));
  if (!rollout.reason_text.empty()) facts.add("because", rollout.reason_text);
  facts.add("started", format_time(rollout.created_at) + " by " + rollout.created_by);
  if (rollout.ended_at != 0) facts.add("ended", format_time(rollout.ended_at));
  facts.add("policy", policy_text(detail.policy));
  for (const std::string& warning : detail.warnings) facts.add("warning", Cell(warning, Colour::Yellow));
  for (const api::WaveView& wave : detail.waves) {
    facts.add("wave " + std::to_string(wave.number),
              wave.size + (wave.open ? ", open: " : ", not open: ") + format_counts(wave.counts));
  }
  facts.print(context.out, colours);
  context.out << '\n';
  Table table({{"DEVICE"}, {"WAVE", true}, {"STATE"}, {"TRIES", true}, {"CAME FROM"}, {"WHY"}});
  for (const api::MemberView& member : detail.members) {
    table.add({member.device, std::to_string(member.wave), Cell(member.state, colour_of_state(member.state)),
               std::to_string(member.attempts), member.previous_version, member_reason(member)});
  }
  table.print(context.out, colours);
}

// --- watching

Result<std::uint64_t, Error> latest(const api::ApiClient& client) {
  const auto reply = client.get(kRollouts);
  if (!reply.ok()) return reply.error();
  const auto list = api::from_json_text<api::RolloutList>(*reply);
  if (!list.ok()) return list.error();
  if (list->rollouts.empty()) {
    return Error{ErrorCode::NotFound, "there is no rollout yet", "flotilla rollout start VERSION begins one"};
  }
  return list->rollouts.front().id;  // newest first
}

void watch(CliContext& context, std::uint64_t id) {
  const api::ApiClient client = client_of(context);
  if (id == 0) {
    const auto found = latest(client);
    if (!found.ok()) return fail_printable(context, found.error());
    id = *found;
  }
  const WatchConfig config{.rollout = id, .json = context.json(), .terminal = terminal_of(context.out)};
  const WatchPorts ports{[&client](const std::string& target) { return client.get(target); },
                         [] { std::this_thread::sleep_for(kLook); }, wall_now};
  const auto completed = watch_rollout(config, ports, context.out);
  if (!completed.ok()) return fail_printable(context, completed.error());
  if (!*completed) context.exit_code = kFailed;
}

// --- starting

struct StartOptions {
  api::RolloutRequest request;
  std::string waves;
  bool watch = false;
};

void start(CliContext& context, StartOptions& options) {
  if (!options.waves.empty()) options.request.policy.waves = api::parse_waves(options.waves).value();  // checked
  const Reply reply = client_of(context).post(kRollouts, api::to_json_text(options.request));
  if (!reply.ok()) return fail_printable(context, reply.error());
  const auto begun = api::from_json_text<api::RolloutDetail>(*reply);
  if (!begun.ok()) return fail_printable(context, begun.error());
  if (!context.json()) {
    for (const std::string& warning : begun->warnings) context.err << "Warning: " << printable(warning) << '\n';
  }
  if (options.watch) return watch(context, begun->rollout.id);
  show<api::RolloutDetail>(context, reply, [&](const api::RolloutDetail& detail) {
    context.out << "Started rollout " << detail.rollout.id << " of " << printable(detail.rollout.release) << " on "
                << detail.rollout.total << (detail.rollout.total == 1 ? " device" : " devices")
                << "; flotilla rollout watch " << detail.rollout.id << " shows it live.\n";
  });
}

std::string check_waves(const std::string& text) {
  const auto waves = api::parse_waves(text);
  return waves.ok() ? std::string() : waves.error().message + " (" + waves.error().hint + ")";
}

void add_duration(CLI::App& sub, const char* name, std::uint32_t& seconds, const char* description) {
  sub.add_option_function<std::string>(
         name,
         [&seconds, name](const std::string& text) {
           if (!parse_duration(text, seconds)) {
             throw CLI::ValidationError(name, "\"" + text + "\" is no duration; write 90s, 5m, 1h or 1h30m");
           }
         },
         description)
      ->option_text("TIME [" + format_duration(seconds) + "]");
}

void add_number(CLI::App& sub, const char* name, std::uint32_t& number, const char* description, std::uint32_t least,
                std::uint32_t most) {
  sub.add_option(name, number, description)
      ->check(CLI::Range(least, most))
      ->option_text("N [" + std::to_string(number) + "]");
}

void add_policy_options(CLI::App& sub, core::RolloutPolicy& policy) {
  constexpr std::uint32_t kMany = 1'000'000;
  add_number(sub, "--success", policy.success_percent, "percent of a wave that must be proven", 1, 100);
  add_number(sub, "--failure-limit", policy.failure_limit, "so many failures halt the rollout", 1, kMany);
  add_number(sub, "--at-once", policy.at_once, "devices at work at the same time, 0: no limit", 0, kMany);
  add_duration(sub, "--soak", policy.soak_seconds, "how long a device must keep well before it counts");
  add_duration(sub, "--offline", policy.offline_seconds, "not heard for so long before its turn: skipped");
  add_duration(sub, "--accept", policy.accept_seconds, "ordered and not accepted for so long: failed");
  add_duration(sub, "--progress", policy.progress_seconds, "at work without progress for so long: failed");
  add_duration(sub, "--silent", policy.silent_seconds,
               "silent after the reboot for so long: failed; 0s: from the trial");
  add_duration(sub, "--order", policy.order_seconds, "how long an order may be accepted");
  add_duration(sub, "--download", policy.download_seconds, "how long the device may take to download");
  add_number(sub, "--trial-boots", policy.trial_boots, "boots the new image may take to confirm itself", 1, 8);
  add_duration(sub, "--trial", policy.trial_seconds, "time the new image may take to confirm itself");
  add_duration(sub, "--trial-maximum", policy.trial_maximum_seconds, "the same, counting a broker that is away");
}

void add_start(CLI::App& group, CliContext& context) {
  CLI::App* sub = group.add_subcommand("start", "bring a release to the devices, wave by wave");
  const auto options = std::make_shared<StartOptions>();
  sub->add_option("version", options->request.release, "the release's version")
      ->required()
      ->check(check_version)
      ->option_text("VERSION");
  sub->add_option("--waves", options->waves, "cumulative sizes: devices or percentages")
      ->check(check_waves)
      ->option_text("SIZES [" + api::format_waves(options->request.policy.waves) + "]");
  add_policy_options(*sub, options->request.policy);
  sub->add_option("--device", options->request.devices, "only these devices; may be given again")
      ->check(check_device_id)
      ->option_text("ID ...");
  sub->add_flag("--watch", options->watch, "stay and show it until it has ended");
  sub->footer("Example:\n  flotilla rollout start 1.1.0 --waves 1,10%,100% --soak 5m --watch");
  sub->callback([&context, options] { start(context, *options); });
}

CLI::App* add_for_rollout(CLI::App& group, const char* name, const char* description,
                          const std::shared_ptr<std::uint64_t>& id, bool required) {
  CLI::App* sub = group.add_subcommand(name, description);
  sub->add_option("id", *id, required ? "the rollout's number" : "the rollout's number; the latest when omitted")
      ->required(required)
      ->check(CLI::PositiveNumber)
      ->option_text("NUMBER");
  sub->footer(std::string("Example:\n  flotilla rollout ") + name + " 3");
  return sub;
}

void add_change(CLI::App& group, CliContext& context, const char* name, const char* description) {
  const auto id = std::make_shared<std::uint64_t>(0);
  add_for_rollout(group, name, description, id, true)->callback([&context, id, name] {
    show<api::RolloutDetail>(
        context, client_of(context).post(address_of(*id) + "/" + name, ""), [&](const api::RolloutDetail& detail) {
          context.out << "Rollout " << detail.rollout.id << " is " << detail.rollout.state << ".\n";
        });
  });
}

}  // namespace

void add_rollout_commands(CLI::App& app, CliContext& context) {
  CLI::App& group = command_group(app, "rollout", "the rollouts: start, list, show, watch, pause, resume, abort");
  add_start(group, context);
  CLI::App* list = group.add_subcommand("list", "every rollout, newest first");
  list->footer("Example:\n  flotilla rollout list");
  list->callback([&context] {
    show<api::RolloutList>(context, client_of(context).get(kRollouts),
                           [&](const api::RolloutList& rollouts) { print_list(context, rollouts); });
  });
  const auto shown = std::make_shared<std::uint64_t>(0);
  add_for_rollout(group, "show", "a rollout's policy, waves and devices", shown, true)->callback([&context, shown] {
    show<api::RolloutDetail>(context, client_of(context).get(address_of(*shown)),
                             [&](const api::RolloutDetail& detail) { print_detail(context, detail); });
  });
  const auto watched = std::make_shared<std::uint64_t>(0);
  add_for_rollout(group, "watch", "a live view until it has ended; exit code 0: completed", watched, false)
      ->callback([&context, watched] { watch(context, *watched); });
  add_change(group, context, "pause", "give no further orders, take back those not accepted");
  add_change(group, context, "resume", "go on with a paused or halted rollout");
  add_change(group, context, "abort", "end it for good, take back the orders not accepted");
}

}  // namespace flotilla::cli
