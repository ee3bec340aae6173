#include "daemon/core/why.h"

#include <algorithm>

#include "daemon/core/configs.h"
#include "daemon/core/deadlines.h"
#include "daemon/core/gates.h"
#include "daemon/core/names.h"
#include "daemon/core/orders.h"
#include "daemon/core/planner.h"
#include "daemon/core/waves.h"

namespace flotilla::core {
namespace {

std::string running(const Device& device) {
  const auto version = device.reported.running_version.view();
  return version.empty() ? "runs an unknown image" : "runs " + std::string{version};
}

std::string because(const Member& member) {
  std::string text;
  if (member.why != Reason::None) text += " (" + std::string{to_string(member.why)} + ")";
  if (!member.detail.empty()) {
    text += ": " + member.detail;
  } else if (member.why != Reason::None) {
    text += ": " + std::string{explain(member.why)};
  }
  return text;
}

// The rollout that says most about the device: the one that holds it, otherwise the newest it is in.
Book* telling_book(World& world, const std::string& id) {
  if (const auto holder = world.holder(id); holder != 0) return world.book(holder);
  const auto newest = std::find_if(world.books.rbegin(), world.books.rend(),
                                   [&](const auto& entry) { return entry.second.index.count(id) != 0; });
  return newest == world.books.rend() ? nullptr : &newest->second;
}

std::string left(const World& world, const Member& member) {
  if (!member.deadline) return "";
  const auto seconds = std::max<JudgingTime>(0, *member.deadline - world.clock.judging()) / 1000;
  return ", " + std::to_string(seconds) + " s left";
}

std::string progress(const Device& device) {
  return std::string{to_string(device.reported.update_state)} + ", " +
         std::to_string(device.reported.progress_percent) + " %";
}

std::string explain_member(World& world, const Turn& turn, Book& book, const Member& member, const Device& device) {
  const auto& release = book.row.release;
  switch (member.state) {
    case MemberState::Waiting: {
      const auto wave = waves_of(book)[book.index.at(member.device)] + 1;
      return "waits for wave " + std::to_string(wave) + " to open; wave " + std::to_string(book.row.open_wave + 1) +
             " is open";
    }
    case MemberState::Ready: {
      const auto waits_for = what_it_waits_for(world, turn, book, member);
      const auto detail = member.detail.empty() ? "" : " (" + member.detail + ")";
      return waits_for.empty() ? "ready, waits for its turn" + detail : "ready, but " + waits_for + detail;
    }
    case MemberState::Ordered: {
      const auto& problem = world.pulses[member.device].undelivered;
      if (is_hindrance(member.why)) {
        return "ordered to install " + release + ", but it cannot take it now" + because(member) + ", asked again" +
               left(world, member);
      }
      return "ordered to install " + release + (problem.empty() ? ", not accepted yet" : ", but " + problem) +
             left(world, member);
    }
    case MemberState::Working: return "installs " + release + ": " + progress(device) + left(world, member);
    case MemberState::Rebooting: return "reboots into " + release + left(world, member);
    case MemberState::Trial: return "tries " + release + left(world, member);
    case MemberState::Soaking: return "confirmed " + release + ", keeps proving it" + left(world, member);
    case MemberState::Succeeded: return "proven on " + release;
    case MemberState::Failed: return release + " failed" + because(member);
    case MemberState::RolledBack: return "rolled back from " + release + because(member);
    case MemberState::Refused: return "refused " + release + because(member);
    case MemberState::Unresponsive: return "unresponsive" + because(member);
    case MemberState::Lost: return "lost" + because(member);
    case MemberState::Skipped: return "skipped (" + std::string{to_string(member.skip)} + ")" + because(member);
    case MemberState::Superseded: return "superseded" + because(member);
    case MemberState::Withdrawn: return "withdrawn" + because(member);
  }
  return "";
}

std::string explain_config(World& world, const Turn& turn, const Device& device) {
  const ConfigChange& config = *device.config;
  const auto name = "its new configuration (attempt " + std::to_string(config.attempt) + ") ";
  auto because = config.why == Reason::None ? "" : " (" + std::string{to_string(config.why)} + ")";
  if (!config.detail.empty()) because += ": " + config.detail;
  switch (config.state) {
    case ConfigState::Waiting: {
      const auto waits_for = what_config_waits_for(world, turn, device);
      return name + "waits" + (waits_for.empty() ? " for its turn" : ": " + waits_for);
    }
    case ConfigState::Ordered: {
      const auto& problem = world.pulses[device.id].undelivered;
      if (!problem.empty()) return name + "is ordered, but " + problem;
      if (config.why != Reason::None) return name + "is ordered, but the device cannot take it now" + because;
      return name + "is ordered, not accepted yet";
    }
    case ConfigState::Working: return name + "is fetched: " + progress(device);
    case ConfigState::Rebooting: return name + "is taken into use by a restart";
    case ConfigState::Trial: return name + "is on trial; it goes back by itself where it does not work";
    case ConfigState::Confirmed: return "";
    case ConfigState::RolledBack: return name + "was rolled back" + because;
    case ConfigState::Failed: return name + "failed" + because;
    case ConfigState::Refused: return name + "was refused" + because;
    case ConfigState::Withdrawn: return name + "was withdrawn" + because;
    case ConfigState::Unanswered: return name + "got no answer" + because;
  }
  return "";
}

std::string explain_rollout(const Rollout& rollout) {
  auto text = "; rollout " + std::to_string(rollout.id) + " is " + std::string{to_string(rollout.state)};
  if (!rollout.reason_text.empty()) text += " (" + rollout.reason_text + ")";
  return text;
}

}  // namespace

std::string explain_device(World& world, const Turn& turn, const std::string& id) {
  const Device* device = world.device(id);
  if (device == nullptr) return "no device " + id + " is known.";
  std::string text = device->first_seen_at == 0 ? "announced, but never heard" : running(*device);
  if (device->first_seen_at != 0 && !device->online) {
    text += ", offline for " + std::to_string((world.clock.judging() - device->last_heard_judging) / 1000) + " s";
  }
  if (is_quarantined(*device, world.config.trust_version)) {
    text += ", quarantined because it knows sequence " + std::to_string(device->reported.last_sequence) +
            " while ours is " + std::to_string(device->sequence);
  }
  if (const auto config = device->config ? explain_config(world, turn, *device) : ""; !config.empty()) {
    text += "; " + config;
  }
  Book* book = telling_book(world, id);
  if (book == nullptr) return text + (device->config ? "." : "; nothing was ordered.");
  text += "; " + explain_member(world, turn, *book, *book->find(id), *device) + explain_rollout(book->row);
  const auto still = holds_devices(book->row.state) ? why_time_stands_still(world, turn.now) : "";
  if (!still.empty()) text += "; nobody is judged now: " + still;
  return text + ".";
}

}  // namespace flotilla::core
