// Where things lie below the folder that `flotilla init` makes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace flotilla::authority {

// The authority's machine alone: the CA, the root and the release keys.
struct AuthorityFiles {
  std::filesystem::path folder;

  [[nodiscard]] std::filesystem::path settings() const { return folder / "authority.json"; }
  [[nodiscard]] std::filesystem::path ca_key() const { return folder / "ca.key"; }
  [[nodiscard]] std::filesystem::path ca_certificate() const { return folder / "ca.crt"; }
  [[nodiscard]] std::filesystem::path crl() const { return folder / "crl.pem"; }
  [[nodiscard]] std::filesystem::path root_key() const { return folder / "root.key"; }
  [[nodiscard]] std::filesystem::path root_public() const { return folder / "root.pub"; }
  [[nodiscard]] std::filesystem::path trust(std::uint32_t version) const {
    return folder / ("trust-" + std::to_string(version) + ".signed");
  }
  // The first release key is "release"; further ones lie in keys/.
  [[nodiscard]] std::filesystem::path release_key(const std::string& name) const {
    return key_folder(name) / (name + ".key");
  }
  [[nodiscard]] std::filesystem::path release_public(const std::string& name) const {
    return key_folder(name) / (name + ".pub");
  }
  [[nodiscard]] std::filesystem::path key_folder(const std::string& name) const {
    return name == "release" ? folder : folder / "keys";
  }
};

}  // namespace flotilla::authority
