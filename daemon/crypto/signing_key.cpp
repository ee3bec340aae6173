#include "daemon/crypto/signing_key.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "daemon/crypto/native_key.h"
#include "daemon/crypto/public_key.h"
#include "daemon/crypto/trust_crypto.h"

namespace flotilla::crypto {
namespace {

constexpr std::size_t kMaxDerSignature = 72;

// An encrypted PEM fails at once instead of asking at the terminal.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writing*/, void* /*user*/) { return -1; }

BioPtr bio_over(std::string_view text) { return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

// A memory BIO whose bytes are wiped when it goes.
BioPtr secret_bio() { return BioPtr(BIO_new(BIO_s_secmem())); }

SignatureBytes raw_signature(const unsigned char* der, std::size_t size) {
  const EcdsaPtr signature(d2i_ECDSA_SIG(nullptr, &der, static_cast<long>(size)));
  SignatureBytes rs{};
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), rs.data(), 32) != 32 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), rs.data() + 32, 32) != 32) {
    throw_openssl("cannot read the signature just made");
  }
  return rs;
}

Error not_a_key(const std::string& name, const char* kind) {
  Error error = openssl_error(ErrorCode::Corrupt, name + " is not a P-256 " + kind + " key in PEM");
  error.hint = "restore it from a backup, or name the right file";
  return error;
}

}  // namespace

SigningKey::SigningKey(std::shared_ptr<const Native> native, const PublicKey& public_key)
    : native_(std::move(native)), public_key_(public_key) {}

SigningKey SigningKey::generate() {
  KeyPtr key(EVP_EC_gen("prime256v1"));
  PublicKey public_key;
  if (!key || !read_public_key(*key, public_key)) throw_openssl("cannot make a key");
  return {std::make_shared<const Native>(Native{std::move(key)}), public_key};
}

Result<SigningKey, Error> SigningKey::from_pem(std::string_view pem, const std::string& name) {
  const BioPtr bio = bio_over(pem);
  KeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
  PublicKey public_key;
  if (!key || !read_public_key(*key, public_key)) return not_a_key(name, "private");
  return SigningKey(std::make_shared<const Native>(Native{std::move(key)}), public_key);
}

SignatureBytes SigningKey::sign(const Digest& digest) const {
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, native_->key.get(), nullptr));
  std::array<unsigned char, kMaxDerSignature> der{};
  std::size_t size = der.size();
  if (!context || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_sign(context.get(), der.data(), &size, digest.bytes.data(), digest.bytes.size()) != 1) {
    throw_openssl("cannot sign");
  }
  return raw_signature(der.data(), size);
}

KeyId SigningKey::key_id() const {
  OpenSslTrustCrypto crypto;
  return key_id_of(public_key_, crypto);
}

std::string SigningKey::to_pem() const {
  const BioPtr bio = secret_bio();
  if (!bio ||
      PEM_write_bio_PKCS8PrivateKey(bio.get(), native_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw_openssl("cannot write the key");
  }
  return bio_text(*bio);
}

PrivateScalar SigningKey::scalar() const {
  BIGNUM* number = nullptr;
  const int got = EVP_PKEY_get_bn_param(native_->key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &number);
  const NumberPtr owned(number);
  PrivateScalar scalar{};
  if (got != 1 || BN_bn2binpad(number, scalar.data(), static_cast<int>(scalar.size())) < 0) {
    throw_openssl("cannot read the key");
  }
  return scalar;
}

std::string public_key_to_pem(const PublicKey& key) {
  const KeyPtr native = native_public_key(key);
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!native || !bio || PEM_write_bio_PUBKEY(bio.get(), native.get()) != 1) {
    throw_openssl("cannot write the public key");
  }
  return bio_text(*bio);
}

Result<PublicKey, Error> public_key_from_pem(std::string_view pem, const std::string& name) {
  const BioPtr bio = bio_over(pem);
  const KeyPtr native(bio ? PEM_read_bio_PUBKEY(bio.get(), nullptr, no_passphrase, nullptr) : nullptr);
  PublicKey key;
  if (!native || !read_public_key(*native, key)) return not_a_key(name, "public");
  return key;
}

std::string to_text(const KeyId& id) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : id.bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace flotilla::crypto
