// The machine's clocks.
#pragma once

#include "daemon/service/ports.h"

namespace flotilla::clock {

// Thread-safe.
class SystemClock final : public service::Clock {
 public:
  // `assume_synchronised`: for machines whose time is kept in a way the kernel does not know of.
  explicit SystemClock(bool assume_synchronised) : assume_synchronised_(assume_synchronised) {}

  // `mono_ms` does not run while the machine is suspended: nobody could be heard then.
  core::Now now() override;

 private:
  const bool assume_synchronised_;
};

}  // namespace flotilla::clock
