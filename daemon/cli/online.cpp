#include "daemon/cli/online.h"

#include <chrono>

#include <nlohmann/json.hpp>

#include "common/messages.h"
#include "common/version.h"

namespace flotilla::cli {

std::string indented(const std::string& json) {
  const auto parsed = nlohmann::ordered_json::parse(json, nullptr, false);
  if (parsed.is_discarded()) return printable(json);
  return parsed.dump(2, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
}

void fail_printable(CliContext& context, const Error& error) { fail(context, printable(error)); }

std::int64_t wall_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::string check_device_id(const std::string& text) {
  return is_device_id(text) ? std::string()
                            : "a device id has 1 to 32 of a-z, 0-9 and '-', and does not begin with '-'";
}

std::string check_version(const std::string& text) {
  Version version;
  return Version::parse(text, version) ? std::string() : "a version looks like 1.2.0";
}

}  // namespace flotilla::cli
