// See fake_core.h. The numbers are the SDK's.
#pragma once

#include <algorithm>

#include "tests/fakes/arduino/fake_core.h"

enum {
  REASON_DEFAULT_RST = 0,
  REASON_WDT_RST = 1,
  REASON_EXCEPTION_RST = 2,
  REASON_SOFT_WDT_RST = 3,
  REASON_SOFT_RESTART = 4,
  REASON_DEEP_SLEEP_AWAKE = 5,
  REASON_EXT_SYS_RST = 6,
};
enum { SYS_CPU_80MHZ = 80, SYS_CPU_160MHZ = 160 };

inline void system_restart() { ++fake_core::core().restarts; }
inline bool system_rtc_mem_write(unsigned char, const void*, unsigned short) { return true; }
inline unsigned char system_get_cpu_freq() { return static_cast<unsigned char>(fake_core::core().cpu_mhz); }
inline bool system_update_cpu_freq(unsigned char mhz) {
  fake_core::core().cpu_mhz = mhz;
  fake_core::core().fastest_mhz = std::max<unsigned>(fake_core::core().fastest_mhz, mhz);
  return true;
}
