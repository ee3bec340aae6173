#include "daemon/crypto/certificate.h"

#include <ctime>

#include <openssl/pem.h>

#include "daemon/crypto/native_certificate.h"
#include "daemon/crypto/public_key.h"
#include "daemon/crypto/sha256.h"

namespace flotilla::crypto {
namespace {

std::uint64_t seconds_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) throw_openssl("cannot read a certificate's date");
  const std::time_t seconds = ::timegm(&parts);
  return seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds);
}

}  // namespace

Certificate::Certificate(std::shared_ptr<const Native> native) : native_(std::move(native)) {}

Result<Certificate, Error> Certificate::from_pem(std::string_view pem, const std::string& name) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  X509Ptr certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr) : nullptr);
  if (!certificate) return openssl_error(ErrorCode::Corrupt, name + " is not a certificate in PEM");
  return Certificate(std::make_shared<const Native>(Native{std::move(certificate)}));
}

std::string Certificate::to_pem() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || PEM_write_bio_X509(bio.get(), native_->certificate.get()) != 1) throw_openssl("cannot write PEM");
  return bio_text(*bio);
}

std::string Certificate::to_der() const {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  if (!bio || i2d_X509_bio(bio.get(), native_->certificate.get()) != 1) throw_openssl("cannot write DER");
  return bio_text(*bio);
}

Digest Certificate::fingerprint() const { return sha256(ByteView(to_der())); }

std::string Certificate::common_name() const {
  const X509_NAME* subject = X509_get_subject_name(native_->certificate.get());
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (size < 0) return {};
  std::string name(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return name;
}

Validity Certificate::validity() const {
  return {.not_before = seconds_of(X509_get0_notBefore(native_->certificate.get())),
          .not_after = seconds_of(X509_get0_notAfter(native_->certificate.get()))};
}

bool Certificate::belongs_to(const PublicKey& key) const {
  const EVP_PKEY* native = X509_get0_pubkey(native_->certificate.get());
  PublicKey own;
  return native != nullptr && read_public_key(*native, own) && own == key;
}

}  // namespace flotilla::crypto
