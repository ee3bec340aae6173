// See fake_core.h.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>

#include "tests/fakes/arduino/fake_core.h"

struct rst_info {
  std::uint32_t reason;
  std::uint32_t other[6];
};

// A restart does not return: it is thrown.
struct Restarted : std::runtime_error {
  Restarted() : std::runtime_error("the chip restarted") {}
};

class EspClass {
 public:
  static void wdtFeed() { ++fake_core::core().watchdog_fed; }
  static std::uint32_t getFlashChipRealSize() { return fake_core::core().flash_chip_size; }
  static std::uint32_t getFlashChipSize() { return fake_core::core().flash_header_size; }
  static bool flashRead(std::uint32_t address, std::uint8_t* out, std::size_t size) {
    std::memcpy(out, fake_core::core().flash.data() + address, size);
    return true;
  }
  static bool flashWrite(std::uint32_t address, const std::uint8_t* bytes, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) fake_core::core().flash[address + i] &= bytes[i];
    return true;
  }
  static bool flashEraseSector(std::uint32_t sector) {
    std::memset(fake_core::core().flash.data() + std::size_t{sector} * 4096, 0xFF, 4096);
    return true;
  }
  static bool rtcUserMemoryRead(std::uint32_t block, std::uint32_t* out, std::size_t size) {
    std::memcpy(out, fake_core::core().rtc.data() + block, size);
    return true;
  }
  static bool rtcUserMemoryWrite(std::uint32_t block, const std::uint32_t* words, std::size_t size) {
    std::memcpy(fake_core::core().rtc.data() + block, words, size);
    return true;
  }
  rst_info* getResetInfoPtr() {
    info_.reason = fake_core::core().reset_reason;
    return &info_;
  }
  static std::uint32_t getChipId() { return 0xC0FFEE; }
  static std::uint32_t getFreeHeap() { return fake_core::core().free_heap; }
  static std::uint32_t random() { return 0x12345678; }
  static std::uint32_t getMaxFreeBlockSize() {
    return std::min(fake_core::core().free_heap, fake_core::core().largest_block);
  }
  static std::uint64_t deepSleepMax() { return 12'600'000'000; }
  [[noreturn]] static void deepSleep(std::uint64_t us) {
    fake_core::core().slept_us = us;
    throw Restarted();
  }
  [[noreturn]] static void restart() {
    ++fake_core::core().restarts;
    throw Restarted();
  }
  [[noreturn]] static void reset() {
    fake_core::core().restarted_at_once = true;
    restart();
  }

 private:
  rst_info info_{};
};
inline EspClass ESP;

class __FlashStringHelper;
#define PSTR(text)  (text)
#define F(text)     (reinterpret_cast<const __FlashStringHelper*>(text))
#define FPSTR(text) (reinterpret_cast<const __FlashStringHelper*>(text))

class HardwareSerial {
 public:
  static void begin(unsigned long) {}
  static void flush() {}
  static void print(const __FlashStringHelper* text) {
    fake_core::core().serial += reinterpret_cast<const char*>(text);
  }
  static void println(const __FlashStringHelper* text) {
    print(text);
    println();
  }
  static void println() { fake_core::core().serial += '\n'; }
  static void write(const std::uint8_t* bytes, std::size_t size) {
    fake_core::core().serial.append(bytes, bytes + size);
  }
};
inline HardwareSerial Serial;

enum { LOW = 0, HIGH = 1, OUTPUT = 1 };
inline void pinMode(std::uint8_t, int) {}
inline void digitalWrite(std::uint8_t, int level) { fake_core::core().led = level; }
inline char* dtostrf(double value, signed char, unsigned char decimals, char* out) {
  std::snprintf(out, 48, "%.*f", int{decimals}, value);
  return out;
}
inline void configTime(int, int, const char* server) { fake_core::core().ntp_host = server; }

inline std::uint64_t micros64() { return fake_core::core().micros; }
inline void delay(unsigned long) {}
