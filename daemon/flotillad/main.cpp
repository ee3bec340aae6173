#include <csignal>
#include <iostream>

#include "daemon/config/settings.h"
#include "daemon/flotillad/commissioning.h"
#include "daemon/flotillad/daemon.h"
#include "daemon/log/log.h"

namespace {

using flotilla::Error;

constexpr int kFailed = 1;

const flotilla::log::Logger kLog("flotillad");

int fail(const Error& error) {
  kLog.error("{}", error.message);
  if (!error.hint.empty()) kLog.error("what to do: {}", error.hint);
  return kFailed;
}

// Blocked before any thread is made, so that sigwait() in main alone gets them.
sigset_t block_stop_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, number);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  ::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error code of the write
  return signals;
}

}  // namespace

int main(int argc, char** argv) {
  const flotilla::config::Parsed parsed = flotilla::config::parse(argc, argv, FLOTILLA_VERSION, std::cout, std::cerr);
  if (!parsed.settings) return parsed.exit_code;
  flotilla::log::Level level = flotilla::log::Level::Info;
  if (flotilla::log::parse_level(parsed.settings->log_level, level)) flotilla::log::set_level(level);

  if (parsed.settings->check_config) {
    const auto commissioned = flotilla::daemon::load_commissioning(*parsed.settings);
    if (!commissioned.ok()) return fail(commissioned.error());
    std::cout << "everything is there to start\n";
    return 0;
  }

  const sigset_t signals = block_stop_signals();
  flotilla::daemon::Daemon daemon(*parsed.settings);
  if (const auto started = daemon.start(); !started.ok()) return fail(started.error());

  int number = 0;
  ::sigwait(&signals, &number);
  kLog.info("signal {}: finishing; a second one breaks off", number);
  ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  daemon.stop();
  kLog.info("stopped");
  return 0;
}
