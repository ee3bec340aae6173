// Who may fetch which file: at most one a device.
#pragma once

#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "daemon/https/file_name.h"
#include "daemon/service/ports.h"

namespace flotilla::https {

// Thread-safe: written by the engine before an order goes out, read by the image server.
class AccessTable final : public service::FileAccess {
 public:
  void allow(const std::string& device, service::FileKind kind, const Digest& file) override;
  void withdraw(const std::string& device) override;

  [[nodiscard]] bool allowed(const std::string& device, const FileName& file) const;

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, FileName> files_;
};

}  // namespace flotilla::https
