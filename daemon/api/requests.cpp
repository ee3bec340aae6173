#include "daemon/api/requests.h"

#include <algorithm>
#include <optional>

#include <nlohmann/json.hpp>

#include "common/messages.h"
#include "common/version.h"
#include "daemon/api/waves.h"

namespace flotilla::api {
namespace {

using Json = nlohmann::ordered_json;
using core::RolloutPolicy;

constexpr std::uint32_t kDay = 86400;
constexpr std::size_t kMaxLabels = 16;
constexpr std::size_t kMaxLabelName = 32;
constexpr std::size_t kMaxLabelValue = 64;
constexpr const char* kDefaultWaves = "1,10%,100%";

// Takes fields out of an object one by one and remembers the first thing that is wrong.
class Reader {
 public:
  explicit Reader(const std::string& body) : json_(Json::parse(body, nullptr, false)) {
    if (json_.is_discarded()) {
      fail("the body is not JSON");
    } else if (!json_.is_object()) {
      fail("the body is not a JSON object");
    }
  }

  const Json* take(const char* name) {
    if (error_ || !json_.contains(name)) return nullptr;
    taken_.emplace_back(name);
    return &json_.at(name);
  }
  void text(const char* name, std::string& out) {
    const Json* value = take(name);
    if (value == nullptr) return;
    if (!value->is_string()) return fail(std::string(name) + " is not a text");
    out = value->get<std::string>();
  }
  void number(const PolicyField& field, RolloutPolicy& policy) {
    const Json* value = take(field.name);
    if (value == nullptr) return;
    if (!value->is_number_unsigned() || value->get<std::uint64_t>() < field.least ||
        value->get<std::uint64_t>() > field.most) {
      return fail(std::string(field.name) + " is not a whole number from " + std::to_string(field.least) + " to " +
                  std::to_string(field.most));
    }
    policy.*field.field = value->get<std::uint32_t>();
  }
  void texts(const char* name, std::vector<std::string>& out) {
    const Json* value = take(name);
    if (value == nullptr) return;
    if (!value->is_array()) return fail(std::string(name) + " is not a list");
    for (const Json& item : *value) {
      if (!item.is_string()) return fail(std::string(name) + " holds something that is not a text");
      out.push_back(item.get<std::string>());
    }
  }
  void text_map(const char* name, std::map<std::string, std::string>& out) {
    const Json* value = take(name);
    if (value == nullptr) return;
    if (!value->is_object()) return fail(std::string(name) + " is not an object");
    for (const auto& [key, item] : value->items()) {
      if (!item.is_string()) return fail(std::string(name) + ": the value of " + key + " is not a text");
      out[key] = item.get<std::string>();
    }
  }

  void fail(std::string message) {
    if (!error_) error_ = Error{ErrorCode::InvalidArgument, std::move(message), "docs/api.md shows every field"};
  }
  // What was wrong; a field that nobody took is wrong as well.
  [[nodiscard]] std::optional<Error> finish() {
    if (error_) return error_;
    for (const auto& [key, value] : json_.items()) {
      if (std::find(taken_.begin(), taken_.end(), key) == taken_.end()) fail("there is no field \"" + key + "\"");
    }
    return error_;
  }

 private:
  Json json_;
  std::vector<std::string> taken_;
  std::optional<Error> error_;
};

bool is_name(std::string_view text, std::size_t most) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.';
  };
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), fits);
}

bool is_plain(std::string_view text, std::size_t most) {
  return text.size() <= most && std::all_of(text.begin(), text.end(),
                                            [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

void check_labels(const std::map<std::string, std::string>& labels, Reader& reader) {
  if (labels.size() > kMaxLabels) reader.fail("more than " + std::to_string(kMaxLabels) + " labels");
  for (const auto& [name, value] : labels) {
    if (!is_name(name, kMaxLabelName)) {
      reader.fail("a label's name has 1 to 32 letters, digits, '-', '_', '.': \"" + name + "\" does not");
    }
    if (!is_plain(value, kMaxLabelValue)) {
      reader.fail("the label " + name + " has more than 64 bytes or a control character");
    }
  }
}

}  // namespace

RolloutRequest::RolloutRequest() { policy.waves = parse_waves(kDefaultWaves).value(); }

const std::vector<PolicyField>& policy_fields() {
  // clang-format off
  static const std::vector<PolicyField> fields = {
      {"success_percent",       &RolloutPolicy::success_percent,       1, 100},
      {"failure_limit",         &RolloutPolicy::failure_limit,         1, 1'000'000},
      {"soak_seconds",          &RolloutPolicy::soak_seconds,          0, 30 * kDay},
      {"offline_seconds",       &RolloutPolicy::offline_seconds,       1, 30 * kDay},
      {"accept_seconds",        &RolloutPolicy::accept_seconds,        1, 30 * kDay},
      {"progress_seconds",      &RolloutPolicy::progress_seconds,      1, 30 * kDay},
      {"silent_seconds",        &RolloutPolicy::silent_seconds,        0, 30 * kDay},
      {"order_seconds",         &RolloutPolicy::order_seconds,         1, 30 * kDay},
      {"download_seconds",      &RolloutPolicy::download_seconds,      1, kDay},
      {"trial_boots",           &RolloutPolicy::trial_boots,           1, 8},
      {"trial_seconds",         &RolloutPolicy::trial_seconds,         1, kDay},
      {"trial_maximum_seconds", &RolloutPolicy::trial_maximum_seconds, 1, kDay},
      {"at_once",               &RolloutPolicy::at_once,               0, 1'000'000},
  };
  // clang-format on
  return fields;
}

std::string to_json_text(const DeviceRequest& request) {
  const Json json{{"id", request.spec.id}, {"hardware", request.spec.hardware}, {"labels", request.spec.labels}};
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::string to_json_text(const RolloutRequest& request) {
  Json json{{"release", request.release}, {"waves", format_waves(request.policy.waves)}};
  for (const PolicyField& field : policy_fields()) json[field.name] = request.policy.*field.field;
  json["devices"] = request.devices;
  return json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

Result<DeviceRequest, Error> parse_device_request(const std::string& body) {
  DeviceRequest request;
  Reader reader(body);
  reader.text("id", request.spec.id);
  reader.text("hardware", request.spec.hardware);
  reader.text_map("labels", request.spec.labels);
  if (const auto wrong = reader.finish()) return *wrong;
  if (!is_device_id(request.spec.id)) {
    reader.fail("a device id has 1 to 32 of a-z, 0-9 and '-', and does not begin with '-'");
  }
  if (!is_name(request.spec.hardware, kMaxName)) {
    reader.fail("hardware has 1 to 24 letters, digits, '-', '_', '.', for example d1-mini");
  }
  check_labels(request.spec.labels, reader);
  if (const auto wrong = reader.finish()) return *wrong;
  return request;
}

Result<RolloutRequest, Error> parse_rollout_request(const std::string& body) {
  RolloutRequest request;
  std::string waves = kDefaultWaves;
  Reader reader(body);
  reader.text("release", request.release);
  reader.text("waves", waves);
  for (const PolicyField& field : policy_fields()) reader.number(field, request.policy);
  reader.texts("devices", request.devices);
  if (const auto wrong = reader.finish()) return *wrong;
  Version version;
  if (!Version::parse(request.release, version)) reader.fail("release is not a version such as 1.2.0");
  for (const std::string& device : request.devices) {
    if (!is_device_id(device)) reader.fail("devices holds something that is no device id");
  }
  if (const auto wrong = reader.finish()) return *wrong;
  auto sizes = parse_waves(waves);
  if (!sizes.ok()) return sizes.error();
  request.policy.waves = std::move(sizes.value());
  return request;
}

}  // namespace flotilla::api
