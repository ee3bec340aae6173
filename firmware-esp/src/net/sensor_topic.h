// The topics of the application's own data: sensors/<device id>/<name>.
#pragma once

#include <string_view>

#include "common/bytes.h"
#include "common/messages.h"

namespace flotilla {

using SensorTopic = FixedString<96>;

// false: the name is empty, too long, or holds what may not stand in a topic to publish on (+, #, a zero byte).
[[nodiscard]] bool make_sensor_topic(std::string_view device_id, std::string_view name, SensorTopic& out);

}  // namespace flotilla
