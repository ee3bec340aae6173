// Enrolling a board: its key, its certificate and the provisioning block to flash.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/bytes.h"
#include "common/flash_map.h"
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
  std::size_t block_limit = flash_map::kProvisioningSize;   // bytes that the provisioning block may have
};

struct EnrolledDevice {
  std::string id;
  std::filesystem::path folder;        // device.key, device.crt, device.json, provisioning.bin
  std::filesystem::path provisioning;  // 16 KiB for flash_map::kProvisioning
};

// The Wi-Fi's name and password fit into a provisioning and belong together; InvalidArgument with the rule otherwise.
[[nodiscard]] Result<Unit, Error> check_wifi(std::string_view ssid, std::string_view password);

// The file's first line. Refused when others than the file's owner have access to it.
[[nodiscard]] Result<std::string, Error> read_wifi_password(const std::filesystem::path& path);

// What lies in flash at flash_map::kProvisioning: two equal copies of the block around an encoded Provisioning, each
// padded to its sectors with what erased flash holds. InvalidArgument when the block has more than `limit` bytes.
[[nodiscard]] Result<std::string, Error> provisioning_file(std::uint32_t version, ByteView message,
                                                           std::size_t limit = flash_map::kProvisioningSize);

// Enrols all boards, each in `<out>/<id>`, or none where one request cannot be: InvalidArgument when it breaks a rule,
// Conflict when an id is there already and `renew` is not set. A board's folder appears whole.
[[nodiscard]] Result<std::vector<EnrolledDevice>, Error> enroll_devices(const Authority& authority,
                                                                        const std::vector<EnrollRequest>& requests,
                                                                        const std::filesystem::path& out);

}  // namespace flotilla::authority
