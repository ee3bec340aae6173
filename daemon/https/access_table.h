// Who may fetch which image: at most one image a device.
#pragma once

#include <shared_mutex>
#include <string>
#include <unordered_map>

#include "daemon/service/ports.h"

namespace flotilla::https {

// Thread-safe: written by the engine before an order goes out, read by the image server.
class AccessTable final : public service::ImageAccess {
 public:
  void allow(const std::string& device, const Digest& image) override;
  void withdraw(const std::string& device) override;

  [[nodiscard]] bool allowed(const std::string& device, const Digest& image) const;

 private:
  mutable std::shared_mutex mutex_;
  std::unordered_map<std::string, Digest> images_;
};

}  // namespace flotilla::https
