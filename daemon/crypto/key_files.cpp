#include "daemon/crypto/key_files.h"

#include "daemon/crypto/files.h"

namespace flotilla::crypto {

Result<SigningKey, Error> load_signing_key(const std::filesystem::path& path) {
  auto pem = read_private_file(path);
  if (!pem) return pem.error();
  return SigningKey::from_pem(*pem, path.string());
}

Result<PublicKey, Error> load_public_key(const std::filesystem::path& path) {
  auto pem = read_file(path);
  if (!pem) return pem.error();
  return public_key_from_pem(*pem, path.string());
}

Result<Unit, Error> save_signing_key(const std::filesystem::path& path, const SigningKey& key) {
  return create_file(path, key.to_pem(), Access::Private);
}

Result<Unit, Error> save_public_key(const std::filesystem::path& path, const PublicKey& key) {
  return create_file(path, public_key_to_pem(key), Access::Public);
}

}  // namespace flotilla::crypto
