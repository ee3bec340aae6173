// A node that measures each ten seconds, publishes sensors/<its id>/temperature and humidity, and is kept up to date.
//
// Board settings: any ESP8266 board with 4 MB, flash layout "4MB (FS:1MB OTA:~1019KB)". No network name, password or key
// is in here: they are in the board's provisioning, which `flotilla device enroll` makes and esptool writes once.

#include <Flotilla.h>

#include "Sensor.h"

flotilla::Node node({.version = "1.0.0", .led_pin = LED_BUILTIN});
PretendedSensor sensor;

constexpr unsigned long kEveryMs = 10000;
unsigned long measured = 0;

// A new image is kept only if it can do what the board is there for.
flotilla::SelfTestResult self_test() {
  Reading reading;
  if (!sensor.read(reading)) return flotilla::SelfTestResult::Failed;
  const bool plausible = reading.celsius > -40 && reading.celsius < 85;
  return plausible ? flotilla::SelfTestResult::Passed : flotilla::SelfTestResult::Failed;
}

// A text here puts an update off. This sketch has nothing that must not be interrupted.
const char* not_now() { return nullptr; }

void setup() {
  sensor.begin();
  node.on_self_test(self_test);
  node.on_not_now(not_now);
  node.begin();
}

void loop() {
  node.loop();
  if (millis() - measured < kEveryMs) return;
  measured = millis();
  Reading reading;
  if (!sensor.read(reading)) return;
  node.health("temperature", reading.celsius);
  node.publish("temperature", reading.celsius);
  node.publish("humidity", reading.humidity);
}
