// `flotilla init`: an authority and its Pi on one machine.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "common/result.h"
#include "daemon/authority/settings.h"
#include "daemon/core/error.h"

namespace flotilla::authority {

struct InitRequest {
  std::filesystem::path folder;
  FleetSettings fleet;
  std::string operator_name;
  std::string bind_address;  // empty: all addresses
  std::string broker_user;   // who owns the Pi's keys
  std::uint64_t now = 0;     // seconds since 1970
};

struct InitReport {
  std::filesystem::path folder;  // absolute; below it authority/, pi/ and operator/
};

// Writes all or nothing. Conflict when the folder holds anything already.
[[nodiscard]] Result<InitReport, Error> init_fleet(const InitRequest& request);

}  // namespace flotilla::authority
