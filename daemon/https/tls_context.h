// The server's TLS settings: 1.2 and 1.3, client certificates with CRL, forward secrecy, read again when a file changes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <openssl/ssl.h>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/https/image_files.h"

namespace flotilla::https {

using SslContext = std::shared_ptr<SSL_CTX>;

struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string ca;
  std::string crl;
};

// The error names the file and what OpenSSL says about it.
[[nodiscard]] Result<SslContext, Error> make_server_context(const TlsFiles& files);

// OpenSSL's oldest error of this thread as text; empties its queue.
[[nodiscard]] std::string take_openssl_error();

// The context that counts now. One thread.
class TlsContext {
 public:
  explicit TlsContext(TlsFiles files) : files_(std::move(files)) {}

  Result<Unit, Error> load();
  // Loads again where a file has changed; true when there is a new context. Its predecessor's sessions and tickets are
  // void with it, so a certificate that was revoked meanwhile cannot be resumed. A file that does not load is logged
  // once, and the old context stays.
  bool refresh();
  [[nodiscard]] SSL_CTX* get() const { return context_.get(); }

 private:
  [[nodiscard]] std::vector<std::optional<FileState>> states() const;

  TlsFiles files_;
  std::vector<std::optional<FileState>> loaded_;
  SslContext context_;
};

}  // namespace flotilla::https
