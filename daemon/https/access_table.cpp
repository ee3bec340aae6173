#include "daemon/https/access_table.h"

#include <mutex>

namespace flotilla::https {

void AccessTable::allow(const std::string& device, service::FileKind kind, const Digest& file) {
  const std::unique_lock lock(mutex_);
  files_[device] = {kind, file};
}

void AccessTable::withdraw(const std::string& device) {
  const std::unique_lock lock(mutex_);
  files_.erase(device);
}

bool AccessTable::allowed(const std::string& device, const FileName& file) const {
  const std::shared_lock lock(mutex_);
  const auto found = files_.find(device);
  return found != files_.end() && found->second == file;
}

}  // namespace flotilla::https
