// What the application says about the new image.
#pragma once

#include <cstdint>

namespace flotilla {

enum class SelfTestResult : std::uint8_t { Passed, Failed, Pending };

}  // namespace flotilla
