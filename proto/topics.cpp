#include "proto/topics.h"

#include <cstring>

namespace flotilla {
namespace {

constexpr std::string_view kPrefix = "flotilla/v1/";

std::string_view leaf(TopicKind kind) {
  switch (kind) {
    case TopicKind::Heartbeat: return "/heartbeat";
    case TopicKind::Presence: return "/presence";
    case TopicKind::Command: return "/command";
  }
  return {};
}

}  // namespace

Topic make_topic(TopicKind kind, std::string_view device_id) {
  char text[Topic::capacity()];
  std::size_t size = 0;
  for (const auto part : {kPrefix, device_id.substr(0, kMaxDeviceId), leaf(kind)}) {
    std::memcpy(text + size, part.data(), part.size());
    size += part.size();
  }
  return Topic(std::string_view(text, size));
}

bool parse_topic(std::string_view topic, ParsedTopic& out) {
  if (topic.substr(0, kPrefix.size()) != kPrefix) return false;
  const auto rest = topic.substr(kPrefix.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || !is_device_id(rest.substr(0, slash))) return false;
  for (const auto kind : {TopicKind::Heartbeat, TopicKind::Presence, TopicKind::Command}) {
    if (rest.substr(slash) == leaf(kind)) {
      out = {kind, rest.substr(0, slash)};
      return true;
    }
  }
  return false;
}

}  // namespace flotilla
