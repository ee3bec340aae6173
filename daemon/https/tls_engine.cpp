#include "daemon/https/tls_engine.h"

#include <limits>
#include <new>

#include <openssl/err.h>
#include <openssl/x509.h>

#include "daemon/https/tls_context.h"

namespace flotilla::https {
namespace {

int to_int(std::size_t size) {
  constexpr auto kMax = static_cast<std::size_t>(std::numeric_limits<int>::max());
  return static_cast<int>(size < kMax ? size : kMax);
}

}  // namespace

TlsEngine::TlsEngine(SSL_CTX* context)
    : ssl_(SSL_new(context)), input_(BIO_new(BIO_s_mem())), output_(BIO_new(BIO_s_mem())) {
  if (!ssl_ || input_ == nullptr || output_ == nullptr) {
    BIO_free(input_);
    BIO_free(output_);
    throw std::bad_alloc();
  }
  SSL_set_bio(ssl_.get(), input_, output_);
  SSL_set_accept_state(ssl_.get());
}

void TlsEngine::feed(const char* data, std::size_t size) { BIO_write(input_, data, to_int(size)); }

void TlsEngine::take_output(std::vector<char>& out) {
  out.resize(BIO_ctrl_pending(output_));
  if (!out.empty()) BIO_read(output_, out.data(), to_int(out.size()));
}

TlsEngine::Status TlsEngine::handshake() {
  ERR_clear_error();
  return status_of(SSL_do_handshake(ssl_.get()));
}

TlsEngine::Status TlsEngine::read(char* out, std::size_t capacity, std::size_t& got) {
  ERR_clear_error();
  const int result = SSL_read(ssl_.get(), out, to_int(capacity));
  got = result > 0 ? static_cast<std::size_t>(result) : 0;
  return status_of(result);
}

bool TlsEngine::write(std::string_view plain) {
  ERR_clear_error();
  return plain.empty() || status_of(SSL_write(ssl_.get(), plain.data(), to_int(plain.size()))) == Status::Done;
}

void TlsEngine::close_notify() {
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
}

std::string TlsEngine::peer_common_name() const {
  const X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return {};
  const X509_NAME* subject = X509_get_subject_name(certificate);
  const int first = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (first < 0 || X509_NAME_get_index_by_NID(subject, NID_commonName, first) >= 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, first)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return name;
}

TlsEngine::Status TlsEngine::status_of(int result) {
  if (result > 0) return Status::Done;
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return Status::WantInput;
    case SSL_ERROR_ZERO_RETURN: return Status::Closed;
    default: break;  // an int of OpenSSL's, no enum
  }
  error_ = take_openssl_error();
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict != X509_V_OK) error_ += std::string(": ") + X509_verify_cert_error_string(verdict);
  return Status::Failed;
}

}  // namespace flotilla::https
