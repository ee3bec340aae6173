// JSON texts of the API's types. Writing gives compact ASCII: other characters and control characters are escaped, bytes
// that are no UTF-8 replaced. Reading is for replies: fields that are missing keep their defaults, unknown ones are
// passed over, so that a client understands a newer daemon; wrong types are an error (Corrupt).
#pragma once

#include <string>

#include "common/result.h"
#include "daemon/api/types.h"
#include "daemon/core/error.h"

namespace flotilla::api {

[[nodiscard]] std::string to_json_text(const StatusView& value);
[[nodiscard]] std::string to_json_text(const DeviceView& value);
[[nodiscard]] std::string to_json_text(const DeviceList& value);
[[nodiscard]] std::string to_json_text(const WhyView& value);
[[nodiscard]] std::string to_json_text(const ReleaseView& value);
[[nodiscard]] std::string to_json_text(const ReleaseList& value);
[[nodiscard]] std::string to_json_text(const RolloutList& value);
[[nodiscard]] std::string to_json_text(const RolloutDetail& value);
[[nodiscard]] std::string to_json_text(const HistoryList& value);
[[nodiscard]] std::string to_json_text(const Error& value);

// For the types above but Error.
template <typename T>
[[nodiscard]] Result<T, Error> from_json_text(const std::string& text);

// The error a reply carries; one that names the status where it carries none.
[[nodiscard]] Error error_from_json_text(const std::string& text, int status);

}  // namespace flotilla::api
