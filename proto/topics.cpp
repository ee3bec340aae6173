#include "proto/topics.h"

#include <cstring>

#include "common/flash_text.h"

namespace flotilla {
namespace {

constexpr std::size_t kMaxPrefix = 12;
constexpr std::size_t kMaxLeaf = 10;

FlashText prefix() { return FLOTILLA_TEXT("flotilla/v1/"); }

FlashText leaf(TopicKind kind) {
  if (kind == TopicKind::Heartbeat) return FLOTILLA_TEXT("/heartbeat");
  return kind == TopicKind::Presence ? FLOTILLA_TEXT("/presence") : FLOTILLA_TEXT("/command");
}

}  // namespace

Topic make_topic(TopicKind kind, std::string_view device_id) {
  char text[Topic::capacity()];
  std::size_t size = prefix().copy(text, sizeof text);
  const std::size_t id_size = device_id.size() < kMaxDeviceId ? device_id.size() : kMaxDeviceId;
  std::memcpy(text + size, device_id.data(), id_size);
  size += id_size;
  size += leaf(kind).copy(text + size, sizeof text - size);
  return Topic(std::string_view(text, size));
}

bool parse_topic(std::string_view topic, ParsedTopic& out) {
  const auto begin = to_ram<kMaxPrefix>(prefix());
  if (topic.substr(0, begin.size()) != begin.view()) return false;
  const auto rest = topic.substr(begin.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || !is_device_id(rest.substr(0, slash))) return false;
  for (const auto kind : {TopicKind::Heartbeat, TopicKind::Presence, TopicKind::Command}) {
    if (rest.substr(slash) == to_ram<kMaxLeaf>(leaf(kind)).view()) {
      out = {kind, rest.substr(0, slash)};
      return true;
    }
  }
  return false;
}

}  // namespace flotilla
