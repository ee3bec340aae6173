#include "daemon/crypto/sha256.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "daemon/crypto/openssl_ptr.h"

namespace flotilla::crypto {

struct Sha256::State {
  DigestContextPtr context{EVP_MD_CTX_new()};

  void start() const {
    if (!context || EVP_DigestInit_ex2(context.get(), EVP_sha256(), nullptr) != 1) {
      throw_openssl("cannot start SHA-256");
    }
  }
};

Sha256::Sha256() : state_(std::make_unique<State>()) { state_->start(); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteView bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data, bytes.size) != 1) throw_openssl("cannot hash");
}

Digest Sha256::finish() {
  Digest digest;
  if (EVP_DigestFinal_ex(state_->context.get(), digest.bytes.data(), nullptr) != 1) throw_openssl("cannot hash");
  state_->start();
  return digest;
}

Digest sha256(ByteView bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

Result<Digest, Error> sha256_file(const std::filesystem::path& path) {
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  const auto failed = [&path] {
    const auto code = errno == ENOENT ? ErrorCode::NotFound : ErrorCode::Unavailable;
    return Error{code, "cannot read " + path.string() + ": " + std::strerror(errno), {}};
  };
  if (!file) return failed();
  Sha256 hash;
  std::vector<std::uint8_t> piece(64 * 1024);
  while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), file.get())) {
    hash.update({piece.data(), count});
  }
  if (std::ferror(file.get()) != 0) return failed();
  return hash.finish();
}

}  // namespace flotilla::crypto
