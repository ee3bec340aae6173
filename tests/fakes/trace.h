// What several fakes were asked for, in the order in which it happened.
#pragma once

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

namespace flotilla::fakes {

// Thread-safe.
class Trace {
 public:
  void add(const std::string& line) {
    const std::lock_guard lock(mutex_);
    lines_.push_back(line);
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  // Position of the first line that begins so, from `from` on; -1: none.
  [[nodiscard]] int find(const std::string& begin, int from = 0) const {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = static_cast<std::size_t>(from); i < lines_.size(); ++i) {
      if (lines_[i].rfind(begin, 0) == 0) return static_cast<int>(i);
    }
    return -1;
  }
  [[nodiscard]] int count(const std::string& begin) const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(std::count_if(lines_.begin(), lines_.end(),
                                          [&](const std::string& line) { return line.rfind(begin, 0) == 0; }));
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

}  // namespace flotilla::fakes
