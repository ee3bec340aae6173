// Who is silent at this moment and who is judged offline. Each online device has one entry in each of two queues, looked
// at again only when it is due: a heartbeat costs a lookup, a tick costs what is due.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/core/types.h"

namespace flotilla::core {

class SilenceWatch {
 public:
  // A device that reports every `interval_ms` is silent after twice that.
  void heard(const std::string& device, std::int64_t link_ms, std::int64_t interval_ms, bool on_trial);
  void set_on_trial(const std::string& device, bool on_trial);
  void forget(const std::string& device);  // judged offline: it is no longer one of those that were online
  void advance(std::int64_t link_ms);

  // Half of the devices that were online and are not on trial, and at least three, are silent.
  [[nodiscard]] bool crowd_is_silent() const;
  [[nodiscard]] std::uint32_t silent() const { return silent_; }
  [[nodiscard]] std::uint32_t watched() const { return watched_; }
  [[nodiscard]] std::vector<std::string> silent_devices() const;

 private:
  struct Entry {
    std::int64_t due = 0;  // silent from then on
    bool silent = false;
    bool on_trial = false;
  };
  void count(const Entry& entry, std::uint32_t sign);

  std::map<std::string, Entry> entries_;
  std::multimap<std::int64_t, std::string> queue_;  // one for each entry that is not silent; may be too early
  std::uint32_t silent_ = 0;                        // not on trial
  std::uint32_t watched_ = 0;                       // not on trial
};

}  // namespace flotilla::core
