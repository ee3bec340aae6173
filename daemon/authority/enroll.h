// Enrolling a board: its key, its certificate and the provisioning block to flash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "daemon/authority/authority.h"
#include "daemon/core/error.h"

namespace flotilla::authority {

struct EnrollRequest {
  std::string id;
  std::string hardware;
  std::vector<std::pair<std::string, std::string>> labels;  // for the daemon; the board does not carry them
  std::string wifi_ssid;                                    // empty: none
  std::string wifi_password;                                // empty: an open network
  bool renew = false;                                       // a new key and certificate for an id that is there
  std::uint64_t now = 0;                                    // seconds since 1970
};

struct EnrolledDevice {
  std::string id;
  std::filesystem::path folder;        // device.key, device.crt, device.json, provisioning.bin
  std::filesystem::path provisioning;  // 16 KiB for flash_map::kProvisioning
};

// Checks everything that does not depend on what is in the folder already.
[[nodiscard]] Result<Unit, Error> check_enrolment(const EnrollRequest& request);

// Writes all files of the board to `<out>/<id>`, or nothing. Conflict when the id is there and `renew` is not set.
[[nodiscard]] Result<EnrolledDevice, Error> enroll_device(const Authority& authority, const EnrollRequest& request,
                                                          const std::filesystem::path& out);

}  // namespace flotilla::authority
