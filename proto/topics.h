// The MQTT topics: flotilla/v1/<device id>/{heartbeat,presence,command} and sensors/<device id>/...
#pragma once

#include <cstdint>
#include <string_view>

#include "common/bytes.h"
#include "common/messages.h"

namespace flotilla {

enum class TopicKind : std::uint8_t { Heartbeat, Presence, Command };

using Topic = FixedString<64>;

[[nodiscard]] Topic make_topic(TopicKind kind, std::string_view device_id);

struct ParsedTopic {
  TopicKind kind = TopicKind::Heartbeat;
  std::string_view device_id;  // points into the topic given
};
// false for every topic that is not one of ours or whose device id is outside the grammar.
[[nodiscard]] bool parse_topic(std::string_view topic, ParsedTopic& out);

// What the daemon subscribes to.
inline constexpr std::string_view kHeartbeatFilter = "flotilla/v1/+/heartbeat";
inline constexpr std::string_view kPresenceFilter = "flotilla/v1/+/presence";

// The payloads of the retained presence topic.
inline constexpr std::string_view kOnline = "online";
inline constexpr std::string_view kOffline = "offline";

}  // namespace flotilla
