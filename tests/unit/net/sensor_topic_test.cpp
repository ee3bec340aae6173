#include "firmware-esp/src/net/sensor_topic.h"

#include <string>

#include <gtest/gtest.h>

#include "firmware-esp/src/net/text.h"

namespace flotilla {
namespace {

TEST(SensorTopic, IsBelowTheDevice) {
  SensorTopic topic;
  ASSERT_TRUE(make_sensor_topic("roof-1", "temperature", topic));
  EXPECT_EQ(topic.view(), "sensors/roof-1/temperature");
  ASSERT_TRUE(make_sensor_topic("roof-1", "probe/2/humidity", topic));
  EXPECT_EQ(topic.view(), "sensors/roof-1/probe/2/humidity");
}

TEST(SensorTopic, RefusesWhatABrokerWouldThrowUsOutFor) {
  SensorTopic topic("as it was");
  for (const std::string name : {"", "a+b", "#", "/a", "a/"}) {
    EXPECT_FALSE(make_sensor_topic("roof-1", name, topic)) << name;
  }
  EXPECT_FALSE(make_sensor_topic("roof-1", std::string("a\0b", 3), topic));
  EXPECT_EQ(topic.view(), "as it was");
}

TEST(SensorTopic, RefusesNamesThatDoNotFit) {
  SensorTopic topic;
  const std::string id(32, 'a');
  const std::string longest(SensorTopic::capacity() - std::string("sensors//").size() - id.size(), 'n');
  EXPECT_TRUE(make_sensor_topic(id, longest, topic));
  EXPECT_EQ(topic.size(), SensorTopic::capacity());
  EXPECT_FALSE(make_sensor_topic(id, longest + "n", topic));
}

TEST(TextWriter, WritesNumbersAndStopsAtTheEnd) {
  char buffer[12];
  TextWriter text(buffer, sizeof buffer);
  text.number(0).put(" ").number(4294967295U);
  EXPECT_EQ(text.view(), "0 4294967295");
  EXPECT_TRUE(text.complete());
  text.put("x");
  EXPECT_FALSE(text.complete());
  EXPECT_EQ(text.view(), "0 4294967295");
}

}  // namespace
}  // namespace flotilla
