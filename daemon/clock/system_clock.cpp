#include "daemon/clock/system_clock.h"

#include <chrono>
#include <sys/timex.h>

namespace flotilla::clock {
namespace {

// What the kernel was told by the NTP client: chrony, systemd-timesyncd, ntpd.
bool kernel_is_synchronised() {
  timex state{};  // modes 0: only asks
  const int answer = ::adjtimex(&state);
  return answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

}  // namespace

core::Now SystemClock::now() {
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  core::Now now;
  now.mono_ms = duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  now.wall = duration_cast<seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  now.wall_trusted = assume_synchronised_ || kernel_is_synchronised();
  return now;
}

}  // namespace flotilla::clock
