// A node on a battery: wakes, measures, publishes, reports, asks for its order, and sleeps again. GPIO16 is wired to RST.
//
// It stays awake no longer than kLongestAwakeMs, except while an update is under way: a download goes on over several
// wakes, and a new image on trial gets the time it needs to prove itself. Board settings as for SensorNode.

#include <Flotilla.h>

#include "Sensor.h"

constexpr unsigned kSleepSeconds = 600;
constexpr unsigned long kLongestAwakeMs = 30000;     // with a network: some 5 s are usual
constexpr unsigned long kLongestUpdateMs = 300000;   // ... and with an update under way
constexpr float kLowBattery = 3.4f;                  // volts: below it no update is begun

ADC_MODE(ADC_VCC);  // the supply's own voltage; nothing may be connected to A0

flotilla::Node node({.version = "1.0.0", .sleep_seconds = kSleepSeconds});
PretendedSensor sensor;
bool published = false;

float battery() { return ESP.getVcc() / 1000.0f; }

flotilla::SelfTestResult self_test() {
  Reading reading;
  return sensor.read(reading) ? flotilla::SelfTestResult::Passed : flotilla::SelfTestResult::Failed;
}

const char* unfit() { return battery() < kLowBattery ? "battery" : nullptr; }

void setup() {
  sensor.begin();
  node.on_self_test(self_test);
  node.on_unfit(unfit);
  node.begin();
  node.health("battery", battery());
}

bool measure_and_publish() {
  Reading reading;
  if (!sensor.read(reading)) return true;  // nothing to wait for
  return node.publish("temperature", reading.celsius) && node.publish("humidity", reading.humidity);
}

void loop() {
  node.loop();
  if (node.online() && !published) published = measure_and_publish();
  const unsigned long limit = node.updating() ? kLongestUpdateMs : kLongestAwakeMs;
  if ((published && node.may_sleep()) || millis() > limit) node.sleep(kSleepSeconds);
}
