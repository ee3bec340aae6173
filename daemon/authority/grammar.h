// What names may look like. Each check answers with the rule when the text breaks it.
#pragma once

#include <string>
#include <string_view>

#include "common/result.h"
#include "daemon/core/error.h"

namespace flotilla::authority {

// Lower-case letters, digits and hyphens, at most 32, no hyphen first: device ids, operators, keys. Every other common
// name begins with an underscore, so no device can be enrolled as the daemon. `what` is for the message.
[[nodiscard]] Result<Unit, Error> check_id(std::string_view text, const char* what);

// Letters, digits, '.', '_' and '-', at most kMaxName: products and hardware.
[[nodiscard]] Result<Unit, Error> check_name(std::string_view text, const char* what);

// A DNS name of at most 63 bytes, not an IPv4 address: BearSSL compares dNSName only.
[[nodiscard]] Result<Unit, Error> check_server_name(std::string_view text);

// A DNS name or an IPv4 address of at most 63 bytes.
[[nodiscard]] Result<Unit, Error> check_address(std::string_view text);

}  // namespace flotilla::authority
