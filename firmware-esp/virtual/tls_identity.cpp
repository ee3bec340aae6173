#include "firmware-esp/virtual/tls_identity.h"

namespace flotilla {
namespace {

void append_name(void* target, const void* bytes, std::size_t size) {
  const auto* begin = static_cast<const std::uint8_t*>(bytes);
  auto* name = static_cast<std::vector<std::uint8_t>*>(target);
  name->insert(name->end(), begin, begin + size);
}

}  // namespace

std::shared_ptr<const TlsIdentity> TlsIdentity::make(const Provisioning& provisioning, std::string& problem) {
  std::shared_ptr<TlsIdentity> identity(new TlsIdentity);
  if (!identity->read_anchor(provisioning.ca_certificate)) {
    problem = "the CA certificate of the provisioning cannot be read";
    return nullptr;
  }
  if (provisioning.device_certificate.empty()) {
    problem = "the provisioning has no device certificate";
    return nullptr;
  }
  const ByteView der = provisioning.device_certificate;
  identity->certificate_bytes_.assign(der.data, der.data + der.size);
  identity->certificate_ = {identity->certificate_bytes_.data(), identity->certificate_bytes_.size()};
  identity->scalar_ = provisioning.device_key;
  identity->key_ = {BR_EC_secp256r1, identity->scalar_.data(), identity->scalar_.size()};
  return identity;
}

bool TlsIdentity::read_anchor(ByteView der) {
  br_x509_decoder_context decoder;
  br_x509_decoder_init(&decoder, append_name, &anchor_name_);
  br_x509_decoder_push(&decoder, der.data, der.size);
  const br_x509_pkey* key = br_x509_decoder_get_pkey(&decoder);
  if (key == nullptr) return false;

  anchor_.dn = {anchor_name_.data(), anchor_name_.size()};
  anchor_.flags = br_x509_decoder_isCA(&decoder) != 0 ? BR_X509_TA_CA : 0;
  anchor_.pkey.key_type = key->key_type;
  if (key->key_type == BR_KEYTYPE_EC) {
    anchor_key_.assign(key->key.ec.q, key->key.ec.q + key->key.ec.qlen);
    anchor_.pkey.key.ec = {key->key.ec.curve, anchor_key_.data(), anchor_key_.size()};
    return true;
  }
  anchor_key_.assign(key->key.rsa.n, key->key.rsa.n + key->key.rsa.nlen);
  anchor_exponent_.assign(key->key.rsa.e, key->key.rsa.e + key->key.rsa.elen);
  anchor_.pkey.key.rsa = {anchor_key_.data(), anchor_key_.size(), anchor_exponent_.data(), anchor_exponent_.size()};
  return true;
}

}  // namespace flotilla
