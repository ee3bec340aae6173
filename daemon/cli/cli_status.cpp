// status: is everything at work, and what is going on.
#include <ostream>

#include <CLI/CLI.hpp>

#include "daemon/api/types.h"
#include "daemon/cli/online.h"
#include "daemon/cli/table.h"

namespace flotilla::cli {
namespace {

std::string rollout_text(const api::RolloutView& rollout) {
  std::string text = rollout.release + " " + rollout.state + ", wave " + std::to_string(rollout.open_wave);
  for (const auto& [state, count] : rollout.counts) text += ", " + std::to_string(count) + " " + state;
  if (!rollout.reason_text.empty()) text += ": " + rollout.reason_text;
  return text;
}

void print_status(const CliContext& context, const api::StatusView& status) {
  Facts facts;
  const bool degraded = status.state != "running";
  facts.add("flotillad", Cell(status.version + ", " + status.state +
                                  (status.degraded_cause.empty() ? "" : ": " + status.degraded_cause),
                              degraded ? Colour::Red : Colour::None));
  facts.add("broker", status.broker_connected ? Cell("connected", Colour::Green) : Cell("not connected", Colour::Red));
  facts.add("clock", status.clock_trusted ? Cell("synchronised")
                                          : Cell("not synchronised: nothing is signed until it is", Colour::Red));
  facts.add("judging",
            status.judging ? Cell("yes") : Cell("stands still: " + status.judging_stands_still, Colour::Yellow));
  if (!status.orders_wait.empty()) facts.add("orders wait", Cell(status.orders_wait, Colour::Yellow));
  facts.add("devices", std::to_string(status.devices.total) + ", " + std::to_string(status.devices.online) + " online");
  facts.add("releases", std::to_string(status.release_count));
  if (status.rollouts.empty()) facts.add("rollouts", "none under way");
  for (const api::RolloutView& rollout : status.rollouts) {
    facts.add("rollout " + std::to_string(rollout.id), Cell(rollout_text(rollout), colour_of_state(rollout.state)));
  }
  facts.print(context.out, terminal_of(context.out).colour);
}

}  // namespace

void add_status_commands(CLI::App& app, CliContext& context) {
  CLI::App* sub = app.add_subcommand("status", "the daemon, the broker, the devices and the rollouts at a glance");
  sub->footer("Example:\n  flotilla status\n  flotilla status -o json | jq .broker_connected");
  sub->callback([&context] {
    show<api::StatusView>(context, client_of(context).get("/v1/status"),
                          [&](const api::StatusView& status) { print_status(context, status); });
  });
}

}  // namespace flotilla::cli
