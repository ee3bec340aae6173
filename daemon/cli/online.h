// What the verbs share that talk to the daemon.
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

#include "common/result.h"
#include "daemon/api/client.h"
#include "daemon/api/json.h"
#include "daemon/cli/cli.h"
#include "daemon/cli/text.h"

namespace flotilla::cli {

using Reply = Result<std::string, Error>;  // the API's JSON

[[nodiscard]] inline api::ApiClient client_of(const CliContext& context) { return api::ApiClient(context.socket_path); }

// The JSON, indented. All ASCII, so that nothing in it reaches a terminal as a control sequence.
[[nodiscard]] std::string indented(const std::string& json);

// Shows an error that may carry text of a device or of a file.
void fail_printable(CliContext& context, const Error& error);

// The one way a reply is shown: an error, the JSON, or what `print` makes of it.
template <typename T>
void show(CliContext& context, const Reply& reply, const std::function<void(const T&)>& print) {
  if (!reply.ok()) return fail_printable(context, reply.error());
  if (context.json()) {
    context.out << indented(*reply) << '\n';
    return;
  }
  const auto value = api::from_json_text<T>(*reply);
  if (!value.ok()) return fail_printable(context, value.error());
  print(*value);
}

[[nodiscard]] std::int64_t wall_now();  // seconds since 1970

// Validators for CLI11: empty, or what is wrong.
[[nodiscard]] std::string check_device_id(const std::string& text);
[[nodiscard]] std::string check_version(const std::string& text);

}  // namespace flotilla::cli
