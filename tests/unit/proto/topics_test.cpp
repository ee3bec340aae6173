#include "proto/topics.h"

#include <string>

#include <gtest/gtest.h>

namespace flotilla {
namespace {

TEST(Topics, GoBothWays) {
  const std::string longest(kMaxDeviceId, 'a');
  for (const std::string& id : {std::string("roof-1"), longest}) {
    for (const auto kind : {TopicKind::Heartbeat, TopicKind::Presence, TopicKind::Command}) {
      const auto topic = make_topic(kind, id);
      ParsedTopic parsed;
      ASSERT_TRUE(parse_topic(topic.view(), parsed)) << topic.view();
      EXPECT_EQ(parsed.kind, kind);
      EXPECT_EQ(parsed.device_id, id);
    }
  }
  EXPECT_EQ(make_topic(TopicKind::Command, "roof-1").view(), "flotilla/v1/roof-1/command");
}

TEST(Topics, RefusesEverythingElse) {
  for (const auto* topic :
       {"", "flotilla", "flotilla/v1/", "flotilla/v1/a", "flotilla/v1//heartbeat", "flotilla/v1/a/other",
        "flotilla/v1/a/heartbeat/x", "flotilla/v2/a/heartbeat", "flotilla/v1/_flotillad/heartbeat",
        "flotilla/v1/A/heartbeat", "sensors/a/heartbeat", "/flotilla/v1/a/heartbeat"}) {
    ParsedTopic parsed;
    EXPECT_FALSE(parse_topic(topic, parsed)) << topic;
  }
}

}  // namespace
}  // namespace flotilla
