// Configurations as files: <folder>/<sha256 in hexadecimal>.provisioning, mode 0600.
#pragma once

#include <set>
#include <string>

#include "daemon/service/ports.h"

namespace flotilla::catalog {

// The engine puts, removes and checks; the image server asks for paths and checks, on its own thread.
class FileConfigs final : public service::ConfigFiles {
 public:
  explicit FileConfigs(std::string folder) : folder_(std::move(folder)) {}

  // Makes the folder where it is missing.
  Result<Unit, Error> open();

  // Where the file lies, whether it is there or not.
  [[nodiscard]] std::string path(const Digest& sha256) const;

  Result<Unit, Error> put(const Digest& sha256, const std::string& content) override;
  // Reads the file each time: it is small, and fetched once.
  Result<Unit, Error> check(const Digest& sha256) override;
  // A file that stays is logged: it holds secrets.
  void remove(const Digest& sha256) override;
  void keep_only(const std::set<Digest>& needed) override;

 private:
  const std::string folder_;
};

}  // namespace flotilla::catalog
