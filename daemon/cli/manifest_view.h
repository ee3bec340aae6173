// A release's manifest for people and for scripts.
#pragma once

#include <iosfwd>

#include <nlohmann/json_fwd.hpp>

#include "common/messages.h"

namespace flotilla::cli {

void show_manifest(const Manifest& manifest, std::ostream& out);
[[nodiscard]] nlohmann::ordered_json manifest_json(const Manifest& manifest);

}  // namespace flotilla::cli
