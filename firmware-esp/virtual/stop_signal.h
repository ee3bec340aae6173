// "Stop", for many threads that wait on file descriptors: once requested, fd() is readable for ever.
#pragma once

#include <atomic>
#include <chrono>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>

namespace flotilla {

class StopSignal {
 public:
  StopSignal() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (fd_ < 0) throw std::runtime_error("no file descriptor is left for an eventfd; raise the limit (ulimit -n)");
  }
  ~StopSignal() { ::close(fd_); }
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  void request() {
    requested_ = true;
    ::eventfd_write(fd_, 1);
  }
  [[nodiscard]] bool requested() const { return requested_; }
  [[nodiscard]] int fd() const { return fd_; }
  // true when stop was requested before the time was over.
  bool wait_for(std::chrono::milliseconds time) const {
    pollfd waiting{fd_, POLLIN, 0};
    ::poll(&waiting, 1, static_cast<int>(time.count()));
    return requested_;
  }
  void wait() const {
    while (!requested_) wait_for(std::chrono::hours(1));
  }

 private:
  int fd_;
  std::atomic<bool> requested_ = false;
};

}  // namespace flotilla
