#include "daemon/api/json.h"

#include <nlohmann/json.hpp>

namespace nlohmann {

// null for none.
template <typename T>
struct adl_serializer<std::optional<T>> {
  template <typename Json>
  static void to_json(Json& json, const std::optional<T>& value) {
    if (value) {
      json = *value;
    } else {
      json = nullptr;
    }
  }
  template <typename Json>
  static void from_json(const Json& json, std::optional<T>& value) {
    value.reset();
    if (!json.is_null()) value = json.template get<T>();
  }
};

}  // namespace nlohmann

namespace flotilla::api {

using Json = nlohmann::ordered_json;

// Both directions from one list of fields. The library's own macro writes for the unordered type as well; this one is
// for ordered_json alone, in the order of the struct.
#define FLOTILLA_FIELD_TO(name) json[#name] = value.name;
#define FLOTILLA_FIELD_FROM(name) \
  if (json.contains(#name)) json.at(#name).get_to(value.name);
#define FLOTILLA_JSON(Type, ...)                                                          \
  static void to_json(Json& json, const Type& value) {                                    \
    json = Json::object();                                                                \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(FLOTILLA_FIELD_TO, __VA_ARGS__))             \
  }                                                                                       \
  static void from_json(const Json& json, Type& value) {                                  \
    if (!json.is_object()) throw Json::type_error::create(302, "not an object", nullptr); \
    NLOHMANN_JSON_EXPAND(NLOHMANN_JSON_PASTE(FLOTILLA_FIELD_FROM, __VA_ARGS__))           \
  }

FLOTILLA_JSON(UpdateView, state, attempt, progress, reason, error_text)
FLOTILLA_JSON(BootView, id, count, reset_reason, uptime_seconds)
FLOTILLA_JSON(CapabilitiesView, local_rollback, power_safe_boot, slot_size, flash_size)
FLOTILLA_JSON(RefusalView, sequence, reason)
FLOTILLA_JSON(OrderView, kind, attempt, rollout, release, sequence, issued_at, expires_at, accepted)
FLOTILLA_JSON(ConfigView, state, attempt, reason, detail, sha256, ordered_by, ordered_at, at)
FLOTILLA_JSON(DeviceView, id, hardware, product, labels, online, present, first_seen_at, last_heard_at, version,
              image_sha256, release_counter, security_floor, confirmed, update, boot, chip_id, agent_version,
              capabilities, free_heap, largest_block, rssi, next_heartbeat_seconds, trust_version, sequence,
              last_sequence, refusal, deferred, health, order, config)
FLOTILLA_JSON(DeviceList, devices)
FLOTILLA_JSON(WhyView, device, why)
FLOTILLA_JSON(ReleaseView, version, product, hardware, release_counter, security_floor, minimum_version, image_size,
              image_sha256, created_at, added_at, added_by, running_on)
FLOTILLA_JSON(ReleaseList, releases)
FLOTILLA_JSON(WaveView, number, size, open, members, counts)
FLOTILLA_JSON(MemberView, device, wave, state, reason, skip_reason, detail, explanation, attempt, attempts, progress,
              previous_version, changed_at)
FLOTILLA_JSON(PolicyView, waves, success_percent, failure_limit, soak_seconds, offline_seconds, accept_seconds,
              progress_seconds, silent_seconds, order_seconds, download_seconds, trial_boots, trial_seconds,
              trial_maximum_seconds, at_once)
FLOTILLA_JSON(RolloutView, id, release, state, reason, reason_text, open_wave, total, counts, created_at, created_by,
              ended_at)
FLOTILLA_JSON(RolloutList, rollouts)
FLOTILLA_JSON(HistoryView, at, actor, device, rollout, event, text)
FLOTILLA_JSON(HistoryList, history)
FLOTILLA_JSON(DevicesSummary, total, online)
FLOTILLA_JSON(StatusView, version, state, degraded_cause, orders_wait, broker_connected, clock_trusted, judging,
              judging_stands_still, trust_version, release_count, devices, rollouts, counters)

#undef FLOTILLA_JSON
#undef FLOTILLA_FIELD_FROM
#undef FLOTILLA_FIELD_TO

// Flat: the same fields as in the list, and more.
static void to_json(Json& json, const RolloutDetail& value) {
  json = value.rollout;
  json["warnings"] = value.warnings;
  json["policy"] = value.policy;
  json["waves"] = value.waves;
  json["members"] = value.members;
}
static void from_json(const Json& json, RolloutDetail& value) {
  json.get_to(value.rollout);
  if (json.contains("warnings")) json.at("warnings").get_to(value.warnings);
  json.at("policy").get_to(value.policy);
  json.at("waves").get_to(value.waves);
  json.at("members").get_to(value.members);
}

namespace {

std::string write(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }

ErrorCode code_of(const std::string& name) {
  using enum ErrorCode;
  for (const ErrorCode code : {InvalidArgument, NotFound, Conflict, Refused, Corrupt, Unavailable, Internal}) {
    if (to_string(code) == name) return code;
  }
  return Internal;
}

}  // namespace

std::string to_json_text(const StatusView& value) { return write(value); }
std::string to_json_text(const DeviceView& value) { return write(value); }
std::string to_json_text(const DeviceList& value) { return write(value); }
std::string to_json_text(const WhyView& value) { return write(value); }
std::string to_json_text(const ReleaseView& value) { return write(value); }
std::string to_json_text(const ReleaseList& value) { return write(value); }
std::string to_json_text(const RolloutList& value) { return write(value); }
std::string to_json_text(const RolloutDetail& value) { return write(value); }
std::string to_json_text(const HistoryList& value) { return write(value); }
std::string to_json_text(const Error& value) {
  return write({{"error", {{"code", to_string(value.code)}, {"message", value.message}, {"hint", value.hint}}}});
}

template <typename T>
Result<T, Error> from_json_text(const std::string& text) {
  T value;
  try {
    Json::parse(text).get_to(value);
  } catch (const Json::exception& error) {
    return Error{ErrorCode::Corrupt, std::string("the reply cannot be understood: ") + error.what(),
                 "are flotilla and flotillad of the same version?"};
  }
  return value;
}

template Result<StatusView, Error> from_json_text(const std::string&);
template Result<DeviceView, Error> from_json_text(const std::string&);
template Result<DeviceList, Error> from_json_text(const std::string&);
template Result<WhyView, Error> from_json_text(const std::string&);
template Result<ReleaseView, Error> from_json_text(const std::string&);
template Result<ReleaseList, Error> from_json_text(const std::string&);
template Result<RolloutList, Error> from_json_text(const std::string&);
template Result<RolloutDetail, Error> from_json_text(const std::string&);
template Result<HistoryList, Error> from_json_text(const std::string&);

Error error_from_json_text(const std::string& text, int status) {
  const Json json = Json::parse(text, nullptr, false);
  try {
    const Json& body = json.at("error");
    return {code_of(body.at("code").get<std::string>()), body.at("message").get<std::string>(), body.value("hint", "")};
  } catch (const Json::exception&) {
    return {ErrorCode::Internal, "the daemon answered with status " + std::to_string(status) + " and no explanation",
            "is it flotillad that listens on this socket?"};
  }
}

}  // namespace flotilla::api
