// What the host says about states and events.
#include "common/update_state.h"
#include "common/update_state_names.h"

namespace flotilla {
namespace {

constexpr std::string_view kEventNames[] = {"accept",   "start-download", "image-verified", "arm",     "boot-new",
                                            "boot-old", "reset",          "confirm",        "go-back", "fail"};

}  // namespace

std::string_view to_string(UpdateState state) { return kUpdateStateNames[static_cast<std::size_t>(state)].name; }

std::string_view to_string(UpdateEvent event) { return kEventNames[static_cast<std::size_t>(event)]; }

}  // namespace flotilla
