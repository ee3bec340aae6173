// The daemon, wired: every module is made and joined here, and nowhere else.
#pragma once

#include <memory>

#include "common/result.h"
#include "daemon/config/settings.h"
#include "daemon/core/error.h"

namespace flotilla::daemon {

class Daemon {
 public:
  explicit Daemon(const config::Settings& settings);
  ~Daemon();  // stops
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

  // Store, engine, image server, operator API, broker. On an error everything that ran is stopped again. A broker that
  // is away is no error.
  Result<Unit, Error> start();
  // No new operators, then the engine finishes and hears the broker's acknowledgements, then broker and images. Idempotent.
  void stop();

 private:
  struct Parts;
  const config::Settings settings_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace flotilla::daemon
