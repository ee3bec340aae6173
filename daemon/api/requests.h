// What operators ask for, and its JSON in both directions. Reading is strict: an unknown field, a wrong type, a number
// out of its range are refused with the field's name.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/core/fleet.h"

namespace flotilla::api {

struct DeviceRequest {
  core::DeviceSpec spec;
};

struct RolloutRequest {
  std::string release;
  core::RolloutPolicy policy;        // with the defaults of the core; waves: 1,10%,100%
  std::vector<std::string> devices;  // empty: every device the release fits

  RolloutRequest();
};

// A number of the policy: its name in JSON, where it is kept, what it may be.
struct PolicyField {
  const char* name;
  std::uint32_t core::RolloutPolicy::*field;
  std::uint32_t least;
  std::uint32_t most;
};
[[nodiscard]] const std::vector<PolicyField>& policy_fields();

[[nodiscard]] std::string to_json_text(const DeviceRequest& request);
[[nodiscard]] std::string to_json_text(const RolloutRequest& request);
[[nodiscard]] Result<DeviceRequest, Error> parse_device_request(const std::string& body);
[[nodiscard]] Result<RolloutRequest, Error> parse_rollout_request(const std::string& body);

}  // namespace flotilla::api
