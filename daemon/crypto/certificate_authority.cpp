#include <array>
#include <ctime>

#include <openssl/pem.h>
#include <openssl/rand.h>

#include "daemon/crypto/native_certificate.h"
#include "daemon/crypto/native_key.h"
#include "daemon/crypto/public_key.h"

namespace flotilla::crypto {
namespace {

constexpr long kX509Version3 = 2;  // versions count from zero
constexpr long kCrlVersion2 = 1;

void require(bool done, const char* what) {
  if (!done) throw_openssl(what);
}

TimePtr to_time(std::uint64_t seconds) {
  TimePtr time(ASN1_TIME_set(nullptr, static_cast<std::time_t>(seconds)));
  require(time != nullptr, "cannot write a date");
  return time;
}

NamePtr to_name(const std::string& common_name) {
  NamePtr name(X509_NAME_new());
  require(name && X509_NAME_add_entry_by_txt(name.get(), "CN", MBSTRING_UTF8,
                                             reinterpret_cast<const unsigned char*>(common_name.data()),
                                             static_cast<int>(common_name.size()), -1, 0) == 1,
          "cannot write a common name");
  return name;
}

// 16 random bytes, positive and never zero (RFC 5280, 4.1.2.2).
IntegerPtr random_serial() {
  std::array<unsigned char, 16> bytes{};
  require(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1, "no randomness for a serial number");
  bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7F) | 0x40);
  const NumberPtr number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
  IntegerPtr serial(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
  require(serial != nullptr, "cannot write a serial number");
  return serial;
}

// `value` in OpenSSL's configuration syntax: constants of this file only, never text from outside.
void add_extension(X509& certificate, X509V3_CTX& context, int nid, const char* value) {
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  require(extension && X509_add_ext(&certificate, extension.get(), -1) == 1, "cannot write a certificate's extension");
}

void add_dns_names(X509& certificate, const std::vector<std::string>& names) {
  using NamesPtr = std::unique_ptr<GENERAL_NAMES, FreeWith<GENERAL_NAMES_free>>;
  using OneNamePtr = std::unique_ptr<GENERAL_NAME, FreeWith<GENERAL_NAME_free>>;
  using TextPtr = std::unique_ptr<ASN1_IA5STRING, FreeWith<ASN1_IA5STRING_free>>;
  const NamesPtr list(GENERAL_NAMES_new());
  for (const auto& name : names) {
    OneNamePtr entry(GENERAL_NAME_new());
    TextPtr text(ASN1_IA5STRING_new());
    require(list && entry && text && ASN1_STRING_set(text.get(), name.data(), static_cast<int>(name.size())) == 1,
            "cannot write a DNS name");
    GENERAL_NAME_set0_value(entry.get(), GEN_DNS, text.release());
    require(sk_GENERAL_NAME_push(list.get(), entry.get()) > 0, "cannot write a DNS name");
    static_cast<void>(entry.release());  // the list owns it now
  }
  require(X509_add1_ext_i2d(&certificate, NID_subject_alt_name, list.get(), 0, X509V3_ADD_DEFAULT) == 1,
          "cannot write the DNS names");
}

X509Ptr unsigned_certificate(const std::string& common_name, const PublicKey& key, const Validity& validity) {
  X509Ptr certificate(X509_new());
  const KeyPtr native = native_public_key(key);
  require(certificate && native && X509_set_version(certificate.get(), kX509Version3) == 1 &&
              X509_set_serialNumber(certificate.get(), random_serial().get()) == 1 &&
              X509_set_subject_name(certificate.get(), to_name(common_name).get()) == 1 &&
              X509_set1_notBefore(certificate.get(), to_time(validity.not_before).get()) == 1 &&
              X509_set1_notAfter(certificate.get(), to_time(validity.not_after).get()) == 1 &&
              X509_set_pubkey(certificate.get(), native.get()) == 1,
          "cannot fill in a certificate");
  return certificate;
}

void set_issuer(X509& certificate, X509& issuer) {
  require(X509_set_issuer_name(&certificate, X509_get_subject_name(&issuer)) == 1, "cannot write the issuer");
}

X509V3_CTX extension_context(X509& issuer, X509* subject, X509_CRL* crl) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, &issuer, subject, nullptr, crl, 0);
  return context;
}

Certificate sign(X509Ptr certificate, const SigningKey& key) {
  require(X509_sign(certificate.get(), key.native().key.get(), EVP_sha256()) > 0, "cannot sign a certificate");
  return Certificate(std::make_shared<const Certificate::Native>(Certificate::Native{std::move(certificate)}));
}

}  // namespace

CertificateAuthority::CertificateAuthority(Certificate certificate, SigningKey key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {}

CertificateAuthority CertificateAuthority::create(const std::string& common_name, const SigningKey& key,
                                                  const Validity& validity) {
  X509Ptr certificate = unsigned_certificate(common_name, key.public_key(), validity);
  set_issuer(*certificate, *certificate);
  X509V3_CTX context = extension_context(*certificate, certificate.get(), nullptr);
  add_extension(*certificate, context, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
  add_extension(*certificate, context, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(*certificate, context, NID_subject_key_identifier, "hash");
  return {sign(std::move(certificate), key), key};
}

Result<CertificateAuthority, Error> CertificateAuthority::open(const Certificate& certificate, const SigningKey& key) {
  if (!certificate.belongs_to(key.public_key())) {
    return Error{ErrorCode::Corrupt, "the CA's key does not belong to the CA's certificate",
                 "restore both from the same backup"};
  }
  return CertificateAuthority(certificate, key);
}

Certificate CertificateAuthority::issue(const CertificateRequest& request) const {
  X509& issuer = *certificate_.native().certificate;
  X509Ptr certificate = unsigned_certificate(request.common_name, request.public_key, request.validity);
  set_issuer(*certificate, issuer);
  X509V3_CTX context = extension_context(issuer, certificate.get(), nullptr);
  add_extension(*certificate, context, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(*certificate, context, NID_key_usage, "critical,digitalSignature");
  add_extension(*certificate, context, NID_ext_key_usage,
                request.use == CertificateUse::Server ? "serverAuth" : "clientAuth");
  add_extension(*certificate, context, NID_subject_key_identifier, "hash");
  add_extension(*certificate, context, NID_authority_key_identifier, "keyid:always");
  if (!request.dns_names.empty()) add_dns_names(*certificate, request.dns_names);
  return sign(std::move(certificate), key_);
}

std::string CertificateAuthority::empty_crl() const {
  X509& issuer = *certificate_.native().certificate;
  const CrlPtr crl(X509_CRL_new());
  const IntegerPtr number(ASN1_INTEGER_new());
  require(crl && number && X509_CRL_set_version(crl.get(), kCrlVersion2) == 1 &&
              X509_CRL_set_issuer_name(crl.get(), X509_get_subject_name(&issuer)) == 1 &&
              X509_CRL_set1_lastUpdate(crl.get(), X509_get0_notBefore(&issuer)) == 1 &&
              X509_CRL_set1_nextUpdate(crl.get(), X509_get0_notAfter(&issuer)) == 1 &&
              ASN1_INTEGER_set(number.get(), 1) == 1 &&
              X509_CRL_add1_ext_i2d(crl.get(), NID_crl_number, number.get(), 0, X509V3_ADD_DEFAULT) == 1,
          "cannot fill in the revocation list");
  X509V3_CTX context = extension_context(issuer, nullptr, crl.get());
  const ExtensionPtr key_id(X509V3_EXT_conf_nid(nullptr, &context, NID_authority_key_identifier, "keyid:always"));
  require(key_id && X509_CRL_add_ext(crl.get(), key_id.get(), -1) == 1 &&
              X509_CRL_sign(crl.get(), key_.native().key.get(), EVP_sha256()) > 0,
          "cannot sign the revocation list");
  const BioPtr bio(BIO_new(BIO_s_mem()));
  require(bio && PEM_write_bio_X509_CRL(bio.get(), crl.get()) == 1, "cannot write the revocation list");
  return bio_text(*bio);
}

}  // namespace flotilla::crypto
