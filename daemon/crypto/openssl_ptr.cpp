#include "daemon/crypto/openssl_ptr.h"

#include <array>
#include <stdexcept>

#include <openssl/err.h>

namespace flotilla::crypto {

Error openssl_error(ErrorCode code, const std::string& what) {
  std::string message = what;
  if (const unsigned long reason = ERR_peek_last_error(); reason != 0) {
    std::array<char, 160> text{};
    ERR_error_string_n(reason, text.data(), text.size());
    message.append(": ").append(text.data());
  }
  ERR_clear_error();
  return {.code = code, .message = message, .hint = {}};
}

void throw_openssl(const std::string& what) {
  throw std::runtime_error(openssl_error(ErrorCode::Internal, what).message);
}

std::string bio_text(BIO& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(&bio, &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : std::string();
}

}  // namespace flotilla::crypto
