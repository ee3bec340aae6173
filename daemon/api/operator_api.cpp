#include "daemon/api/operator_api.h"

#include <exception>
#include <optional>
#include <utility>

#include "common/messages.h"
#include "common/version.h"
#include "daemon/api/json.h"
#include "daemon/api/requests.h"
#include "daemon/api/target.h"
#include "daemon/api/views.h"

namespace flotilla::api {
namespace {

constexpr const char* kBytesType = "application/octet-stream";
constexpr std::uint64_t kDefaultHistory = 100;
constexpr std::uint64_t kMaxHistory = 1000;

Error invalid(std::string message, std::string hint = {}) {
  return {ErrorCode::InvalidArgument, std::move(message), std::move(hint)};
}

Error no_device(const std::string& id) {
  return {ErrorCode::NotFound, "there is no device " + id, "GET /v1/devices (flotilla device list) shows those known"};
}

Result<core::RolloutId, Error> rollout_id(const std::string& text) {
  const auto id = parse_number(text);
  if (!id || *id == 0) return invalid("\"" + text + "\" is not a rollout's number");
  return core::RolloutId{*id};
}

HttpReply error_reply(const Error& error) { return {status_of(error.code), to_json_text(error), ""}; }

}  // namespace

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::InvalidArgument: return 400;
    case ErrorCode::NotFound: return 404;
    case ErrorCode::Conflict: return 409;
    case ErrorCode::Refused: return 403;
    case ErrorCode::Corrupt: return 422;
    case ErrorCode::Unavailable: return 503;
    case ErrorCode::Internal: return 500;
  }
  return 500;
}

struct OperatorApi::Call {
  const HttpRequest& request;
  const Target& target;
  std::string argument;  // what stood for "{}"
};

struct OperatorApi::Route {
  const char* method;
  const char* pattern;
  Answer (OperatorApi::*act)(const Call& call);
  int status;
};

const OperatorApi::Route* OperatorApi::routes(std::size_t& count) {
  // clang-format off
  static constexpr Route kRoutes[] = {
      {"GET",   "/v1/status",              &OperatorApi::status,           200},
      {"GET",   "/v1/devices",             &OperatorApi::devices,          200},
      {"POST",  "/v1/devices",             &OperatorApi::announce,         201},
      {"GET",   "/v1/devices/{}",          &OperatorApi::device,           200},
      {"GET",   "/v1/devices/{}/why",      &OperatorApi::why,              200},
      {"PUT",   "/v1/devices/{}/config",   &OperatorApi::update_config,    200},
      {"DELETE","/v1/devices/{}/config",   &OperatorApi::withdraw_config,  200},
      {"GET",   "/v1/releases",            &OperatorApi::releases,         200},
      {"POST",  "/v1/releases",            &OperatorApi::add_release,      201},
      {"GET",   "/v1/releases/{}",         &OperatorApi::release,          200},
      {"GET",   "/v1/rollouts",            &OperatorApi::rollouts,         200},
      {"POST",  "/v1/rollouts",            &OperatorApi::start_rollout,    201},
      {"GET",   "/v1/rollouts/{}",         &OperatorApi::rollout,          200},
      {"POST",  "/v1/rollouts/{}/pause",   &OperatorApi::pause,            200},
      {"POST",  "/v1/rollouts/{}/resume",  &OperatorApi::resume,           200},
      {"POST",  "/v1/rollouts/{}/abort",   &OperatorApi::abort,            200},
      {"GET",   "/v1/history",             &OperatorApi::history,          200},
  };
  // clang-format on
  count = std::size(kRoutes);
  return kRoutes;
}

OperatorApi::OperatorApi(DaemonInfo info, FleetAccess& fleet, Imports imports)
    : info_(std::move(info)), fleet_(fleet), imports_(std::move(imports)) {}

HttpReply OperatorApi::handle(const HttpRequest& request) {
  try {
    return run(request);
  } catch (const std::exception& error) {
    return error_reply({ErrorCode::Internal, std::string("the request failed: ") + error.what(),
                        "this is a fault in flotillad, please report it"});
  }
}

HttpReply OperatorApi::run(const HttpRequest& request) {
  const auto target = parse_target(request.target);
  if (!target) return error_reply(invalid("the request's target cannot be understood"));
  std::string allowed;
  std::size_t count = 0;
  const Route* all = routes(count);
  for (const Route* route = all; route != all + count; ++route) {
    const auto argument = match(route->pattern, target->path);
    if (!argument) continue;
    if (request.method != route->method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route->method);
      continue;
    }
    const Answer answer = (this->*route->act)({request, *target, *argument});
    return answer.ok() ? HttpReply{route->status, *answer, ""} : error_reply(answer.error());
  }
  if (!allowed.empty()) {
    return {405, to_json_text(invalid("this address knows " + allowed + ", not " + request.method)), allowed};
  }
  return error_reply({ErrorCode::NotFound, "there is no such address", "docs/api.md lists them"});
}

OperatorApi::Answer OperatorApi::status(const Call&) {
  StatusView view;
  const auto asked =
      fleet_.query([&](const core::Fleet& fleet, const core::Now& now) { view = api::status_of(fleet, now); });
  if (!asked.ok()) return asked.error();
  DaemonState state = fleet_.state();
  view.version = info_.version;
  view.trust_version = info_.trust_version;
  view.state = state.degraded ? "degraded" : "running";
  view.orders_wait = std::move(state.orders_wait);
  if (state.degraded) {
    view.judging = false;
    view.judging_stands_still = "nothing can be stored";
  }
  view.degraded_cause = std::move(state.degraded_cause);
  view.broker_connected = state.broker_connected;
  view.counters = std::move(state.counters);
  return to_json_text(view);
}

OperatorApi::Answer OperatorApi::devices(const Call&) {
  DeviceList list;
  const auto asked = fleet_.query([&](const core::Fleet& fleet, const core::Now&) { list = devices_of(fleet); });
  if (!asked.ok()) return asked.error();
  return to_json_text(list);
}

OperatorApi::Answer OperatorApi::show_device(const std::string& id) {
  if (!is_device_id(id)) return invalid("that is no device id", "a-z, 0-9 and '-', at most 32");
  std::optional<DeviceView> view;
  const auto asked = fleet_.query([&](const core::Fleet& fleet, const core::Now&) {
    if (const core::Device* device = fleet.device(id)) view = view_of(*device);
  });
  if (!asked.ok()) return asked.error();
  if (!view) return no_device(id);
  return to_json_text(*view);
}

OperatorApi::Answer OperatorApi::device(const Call& call) { return show_device(call.argument); }

OperatorApi::Answer OperatorApi::why(const Call& call) {
  const std::string& id = call.argument;
  if (!is_device_id(id)) return invalid("that is no device id", "a-z, 0-9 and '-', at most 32");
  std::optional<WhyView> view;
  const auto asked = fleet_.query([&](const core::Fleet& fleet, const core::Now& now) {
    if (fleet.device(id) != nullptr) view = WhyView{id, fleet.why(id, now)};
  });
  if (!asked.ok()) return asked.error();
  if (!view) return no_device(id);
  const DaemonState state = fleet_.state();
  if (state.degraded) view->why += " Nothing moves now: flotillad cannot store anything: " + state.degraded_cause + ".";
  return to_json_text(*view);
}

OperatorApi::Answer OperatorApi::announce(const Call& call) {
  const auto request = parse_device_request(call.request.body);
  if (!request.ok()) return request.error();
  const auto done = fleet_.command([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) {
    return fleet.announce(request->spec, call.request.actor, now, out);
  });
  if (!done.ok()) return done.error();
  return show_device(request->spec.id);
}

OperatorApi::Answer OperatorApi::update_config(const Call& call) {
  if (call.request.content_type != kBytesType) {
    return invalid("a configuration is sent as the bytes of its file", std::string("Content-Type: ") + kBytesType);
  }
  const std::string& id = call.argument;
  if (!is_device_id(id)) return invalid("that is no device id", "a-z, 0-9 and '-', at most 32");
  const auto config = imports_.configs(call.request.body);
  if (!config.ok()) return config.error();
  if (config->device != id) {
    return invalid("this configuration is for " + config->device + ", not for " + id, "each device has its own");
  }
  const core::ConfigSpec spec{id, config->product, config->hardware, config->sha256, call.request.actor};
  // The file is written in between, on the fleet's thread, so that nobody takes it for one that is not needed any more.
  const auto done = fleet_.command([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) {
    if (auto possible = fleet.check_config(spec); !possible.ok()) return possible;
    if (auto kept = imports_.keep_config(spec.sha256, call.request.body); !kept.ok()) return kept;
    return fleet.update_config(spec, now, out);
  });
  if (!done.ok()) return done.error();
  return show_device(id);
}

OperatorApi::Answer OperatorApi::withdraw_config(const Call& call) {
  const std::string& id = call.argument;
  if (!is_device_id(id)) return invalid("that is no device id", "a-z, 0-9 and '-', at most 32");
  const auto done = fleet_.command([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) {
    return fleet.withdraw_config(id, call.request.actor, now, out);
  });
  if (!done.ok()) return done.error();
  return show_device(id);
}

OperatorApi::Answer OperatorApi::releases(const Call&) {
  ReleaseList list;
  const auto asked = fleet_.query([&](const core::Fleet& fleet, const core::Now&) { list = releases_of(fleet); });
  if (!asked.ok()) return asked.error();
  return to_json_text(list);
}

OperatorApi::Answer OperatorApi::show_release(const std::string& version) {
  Version parsed;
  if (!Version::parse(version, parsed)) return invalid("that is no version", "for example 1.2.0");
  std::optional<ReleaseView> view;
  const auto asked = fleet_.query([&](const core::Fleet& fleet, const core::Now&) {
    if (const core::Release* release = fleet.release(version)) view = view_of(*release, fleet);
  });
  if (!asked.ok()) return asked.error();
  if (!view) {
    return Error{ErrorCode::NotFound, "there is no release " + version,
                 "GET /v1/releases (flotilla release list) shows those known"};
  }
  return to_json_text(*view);
}

OperatorApi::Answer OperatorApi::release(const Call& call) { return show_release(call.argument); }

OperatorApi::Answer OperatorApi::add_release(const Call& call) {
  if (call.request.content_type != kBytesType) {
    return invalid("a release is sent as the bytes of its bundle", std::string("Content-Type: ") + kBytesType);
  }
  const std::lock_guard lock(import_);
  auto bundle = imports_.bundles(call.request.body);
  if (!bundle.ok()) return bundle.error();
  const Digest& sha256 = bundle->release.manifest.image_sha256;
  bool taken = false;
  const auto asked = fleet_.query([&](const core::Fleet& fleet, const core::Now&) {
    const core::Release* known = fleet.release(bundle->release.version);
    taken = known != nullptr && known->manifest.image_sha256 != sha256;
  });
  if (!asked.ok()) return asked.error();
  if (taken) {
    return Error{ErrorCode::Conflict,
                 "there is a release " + bundle->release.version + " already, with another image; nothing was changed",
                 "sign this one under a higher version"};
  }
  // The image first: a row without its image could be rolled out.
  if (const auto kept = imports_.images(sha256, bundle->image); !kept.ok()) return kept.error();
  const auto done = fleet_.command([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) {
    core::Release release = bundle->release;
    release.added_at = now.wall;
    release.added_by = call.request.actor;
    return fleet.add_release(std::move(release), now, out);
  });
  if (!done.ok()) return done.error();
  return show_release(bundle->release.version);
}

OperatorApi::Answer OperatorApi::rollouts(const Call&) {
  RolloutList list;
  const auto asked = fleet_.query([&](const core::Fleet& fleet, const core::Now&) { list = rollouts_of(fleet); });
  if (!asked.ok()) return asked.error();
  return to_json_text(list);
}

OperatorApi::Answer OperatorApi::show_rollout(core::RolloutId id) {
  std::optional<RolloutDetail> detail;
  const auto asked = fleet_.query([&](const core::Fleet& fleet, const core::Now&) {
    if (const core::Rollout* rollout = fleet.rollout(id)) detail = detail_of(*rollout, fleet);
  });
  if (!asked.ok()) return asked.error();
  if (!detail) {
    return Error{ErrorCode::NotFound, "there is no rollout " + std::to_string(id),
                 "GET /v1/rollouts (flotilla rollout list) shows those known"};
  }
  return to_json_text(*detail);
}

OperatorApi::Answer OperatorApi::rollout(const Call& call) {
  const auto id = rollout_id(call.argument);
  if (!id.ok()) return id.error();
  return show_rollout(*id);
}

OperatorApi::Answer OperatorApi::start_rollout(const Call& call) {
  const auto request = parse_rollout_request(call.request.body);
  if (!request.ok()) return request.error();
  core::RolloutId id = 0;
  const auto done =
      fleet_.command([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) -> Result<Unit, Error> {
        const auto started =
            fleet.start_rollout({request->release, request->policy, request->devices, call.request.actor}, now, out);
        if (!started.ok()) return started.error();
        id = *started;
        return Unit{};
      });
  if (!done.ok()) return done.error();
  return show_rollout(id);
}

OperatorApi::Answer OperatorApi::change_rollout(
    const Call& call,
    Result<Unit, Error> (core::Fleet::*change)(core::RolloutId, const std::string&, const core::Now&, core::Effects&)) {
  const auto id = rollout_id(call.argument);
  if (!id.ok()) return id.error();
  const auto done = fleet_.command([&](core::Fleet& fleet, const core::Now& now, core::Effects& out) {
    return (fleet.*change)(*id, call.request.actor, now, out);
  });
  if (!done.ok()) return done.error();
  return show_rollout(*id);
}

OperatorApi::Answer OperatorApi::pause(const Call& call) { return change_rollout(call, &core::Fleet::pause); }
OperatorApi::Answer OperatorApi::resume(const Call& call) { return change_rollout(call, &core::Fleet::resume); }
OperatorApi::Answer OperatorApi::abort(const Call& call) { return change_rollout(call, &core::Fleet::abort); }

OperatorApi::Answer OperatorApi::history(const Call& call) {
  std::string device;
  std::uint64_t rollout = 0;
  std::uint64_t limit = kDefaultHistory;
  for (const auto& [name, value] : call.target.query) {
    const auto number = parse_number(value);
    if (name == "device" && is_device_id(value)) {
      device = value;
    } else if (name == "rollout" && number && *number > 0) {
      rollout = *number;
    } else if (name == "limit" && number && *number >= 1 && *number <= kMaxHistory) {
      limit = *number;
    } else {
      return invalid("history: \"" + name + "=" + value + "\" cannot be meant",
                     "?device=ID&rollout=NUMBER&limit=1-1000, each of them optional");
    }
  }
  const auto entries = fleet_.history(device, rollout, static_cast<std::uint32_t>(limit));
  if (!entries.ok()) return entries.error();
  return to_json_text(view_of(*entries));
}

}  // namespace flotilla::api
