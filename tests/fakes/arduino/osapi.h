// See fake_core.h. One timer, which the test calls.
#pragma once

#include "tests/fakes/arduino/fake_core.h"

struct ETSTimer {
  void (*function)(void*) = nullptr;
};

inline void os_timer_setfn(ETSTimer* timer, void (*function)(void*), void*) { timer->function = function; }
inline void os_timer_arm(ETSTimer* timer, unsigned ms, bool) {
  fake_core::core().timer = timer->function;
  fake_core::core().timer_ms = ms;
}
inline void os_timer_disarm(ETSTimer*) { fake_core::core().timer = nullptr; }
