#include "daemon/https/tls_context.h"

#include <array>
#include <utility>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include "daemon/log/log.h"

namespace flotilla::https {
namespace {

const log::Logger kLog("https");

// ECDHE and AEAD alone. AES comes first for the peers that have instructions for it; one that has none puts ChaCha20
// at the head of its own list, and SSL_OP_PRIORITIZE_CHACHA then follows it.
constexpr const char* kCiphers12 =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:"
    "ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
constexpr const char* kCiphers13 = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* kGroups = "X25519:P-256";

constexpr long kSessionSeconds = 3600;
constexpr long kSessions = 2048;
constexpr std::array<unsigned char, 8> kSessionContext = {'f', 'l', 'o', 't', 'i', 'l', 'l', 'a'};

Error unusable(const char* what, const std::string& path) {
  return {ErrorCode::InvalidArgument,
          std::string("the image server's ") + what + " '" + path + "' cannot be used: " + take_openssl_error(),
          "correct the path in the configuration, or make the file again with `flotilla init`"};
}

bool load_crl(SSL_CTX* context, const std::string& path) {
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_LOOKUP* lookup = X509_STORE_add_lookup(store, X509_LOOKUP_file());
  if (lookup == nullptr || X509_load_crl_file(lookup, path.c_str(), X509_FILETYPE_PEM) < 1) return false;
  return X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK) == 1;
}

bool configure(SSL_CTX* context) {
  SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_timeout(context, kSessionSeconds);
  SSL_CTX_sess_set_cache_size(context, kSessions);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
         SSL_CTX_set_cipher_list(context, kCiphers12) == 1 && SSL_CTX_set_ciphersuites(context, kCiphers13) == 1 &&
         SSL_CTX_set1_groups_list(context, kGroups) == 1 &&
         SSL_CTX_set_session_id_context(context, kSessionContext.data(), kSessionContext.size()) == 1;
}

}  // namespace

std::string take_openssl_error() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  if (code == 0) return "no further detail";
  std::array<char, 256> text{};
  ERR_error_string_n(code, text.data(), text.size());
  const char* reason = ERR_reason_error_string(code);
  return reason != nullptr ? reason : text.data();
}

Result<SslContext, Error> make_server_context(const TlsFiles& files) {
  ERR_clear_error();
  SslContext context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  if (!context || !configure(context.get())) {
    return Error{ErrorCode::Internal, "OpenSSL refuses the TLS settings: " + take_openssl_error(), {}};
  }
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1) {
    return unusable("certificate", files.certificate);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    return unusable("key", files.key);
  }
  if (SSL_CTX_check_private_key(context.get()) != 1) return unusable("key (it is not the certificate's)", files.key);
  if (SSL_CTX_load_verify_file(context.get(), files.ca.c_str()) != 1) return unusable("CA", files.ca);
  SSL_CTX_set_client_CA_list(context.get(), SSL_load_client_CA_file(files.ca.c_str()));
  if (!load_crl(context.get(), files.crl)) return unusable("CRL", files.crl);
  return context;
}

Result<Unit, Error> TlsContext::load() {
  loaded_ = states();
  auto made = make_server_context(files_);
  if (!made.ok()) return made.error();
  context_ = std::move(made).value();
  return Unit{};
}

bool TlsContext::refresh() {
  if (states() == loaded_) return false;
  if (const auto loaded = load(); !loaded.ok()) {
    kLog.error("{}; the image server goes on with what it had loaded before", loaded.error().message);
    return false;
  }
  kLog.info("certificates and CRL of the image server were read again");
  return true;
}

std::vector<std::optional<FileState>> TlsContext::states() const {
  return {file_state(files_.certificate), file_state(files_.key), file_state(files_.ca), file_state(files_.crl)};
}

}  // namespace flotilla::https
