// What the sketch wants of a temperature sensor, whatever chip it is. A DHT22 with Adafruit's library, for example:
//
//   class Dht22 : public Sensor {
//    public:
//     explicit Dht22(uint8_t pin) : dht_(pin, DHT22) {}
//     void begin() override { dht_.begin(); }
//     bool read(Reading& out) override {
//       out = {dht_.readTemperature(), dht_.readHumidity()};
//       return !isnan(out.celsius) && !isnan(out.humidity);
//     }
//    private:
//     DHT dht_;
//   };
#pragma once

struct Reading {
  float celsius;
  float humidity;  // percent
};

class Sensor {
 public:
  virtual void begin() = 0;
  virtual bool read(Reading& out) = 0;  // false: the sensor does not answer
};

// Stands in for a sensor, so that the sketch runs on a bare board: a slow wave around 21 degrees.
class PretendedSensor : public Sensor {
 public:
  void begin() override {}
  bool read(Reading& out) override {
    phase_ = (phase_ + 1) % 100;
    const float wave = phase_ < 50 ? phase_ : 100 - phase_;
    out = {20.0f + wave / 25.0f, 45.0f + wave / 5.0f};
    return true;
  }

 private:
  int phase_ = 0;
};
