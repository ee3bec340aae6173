#include "daemon/https/access_table.h"

#include <mutex>

namespace flotilla::https {

void AccessTable::allow(const std::string& device, const Digest& image) {
  const std::unique_lock lock(mutex_);
  images_[device] = image;
}

void AccessTable::withdraw(const std::string& device) {
  const std::unique_lock lock(mutex_);
  images_.erase(device);
}

bool AccessTable::allowed(const std::string& device, const Digest& image) const {
  const std::shared_lock lock(mutex_);
  const auto found = images_.find(device);
  return found != images_.end() && found->second == image;
}

}  // namespace flotilla::https
