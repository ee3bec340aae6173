#include "firmware-esp/src/net/sensor_topic.h"

#include "firmware-esp/src/net/text.h"

namespace flotilla {

bool make_sensor_topic(std::string_view device_id, std::string_view name, SensorTopic& out) {
  if (name.empty() || name.front() == '/' || name.back() == '/') return false;
  for (const char c : name) {
    if (c == '+' || c == '#' || c == '\0') return false;
  }
  char topic[SensorTopic::capacity()];
  TextWriter text(topic, sizeof topic);
  text.put("sensors/").put(device_id).put("/").put(name);
  return text.complete() && out.assign(text.view());
}

}  // namespace flotilla
