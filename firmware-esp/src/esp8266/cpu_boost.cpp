#include "firmware-esp/src/esp8266/cpu_boost.h"

#include <user_interface.h>

namespace flotilla {

CpuBoost::CpuBoost() : before_(system_get_cpu_freq()) { system_update_cpu_freq(SYS_CPU_160MHZ); }

CpuBoost::~CpuBoost() { system_update_cpu_freq(before_); }

}  // namespace flotilla
