#include "daemon/crypto/trust_crypto.h"

#include <openssl/err.h>

#include "daemon/crypto/public_key.h"
#include "daemon/crypto/sha256.h"

namespace flotilla::crypto {
namespace {

// OpenSSL takes a signature as DER: SEQUENCE { INTEGER r, INTEGER s }.
std::string der_signature(const SignatureBytes& rs) {
  EcdsaPtr signature(ECDSA_SIG_new());
  NumberPtr r(BN_bin2bn(rs.data(), 32, nullptr));
  NumberPtr s(BN_bin2bn(rs.data() + 32, 32, nullptr));
  if (!signature || !r || !s || ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  static_cast<void>(r.release());  // the signature owns them now
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return {};
  std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

}  // namespace

Digest OpenSslTrustCrypto::sha256(const ByteView* parts, std::size_t count) {
  Sha256 hash;
  for (std::size_t i = 0; i < count; ++i) hash.update(parts[i]);
  return hash.finish();
}

bool OpenSslTrustCrypto::verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) {
  const std::string signature = der_signature(rs);
  const KeyPtr native = native_public_key(key);
  const KeyContextPtr context(native ? EVP_PKEY_CTX_new_from_pkey(nullptr, native.get(), nullptr) : nullptr);
  const bool valid = !signature.empty() && context && EVP_PKEY_verify_init(context.get()) == 1 &&
                     EVP_PKEY_verify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                                     signature.size(), digest.bytes.data(), digest.bytes.size()) == 1;
  ERR_clear_error();
  return valid;
}

}  // namespace flotilla::crypto
