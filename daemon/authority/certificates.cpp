#include "daemon/authority/certificates.h"

namespace flotilla::authority {
namespace {

crypto::Certificate issue(const crypto::CertificateAuthority& ca, const PublicKey& key, const std::string& common_name,
                          crypto::CertificateUse use, std::vector<std::string> dns_names) {
  return ca.issue({.common_name = common_name,
                   .public_key = key,
                   .use = use,
                   .dns_names = std::move(dns_names),
                   .validity = ca.certificate().validity()});
}

}  // namespace

crypto::CertificateAuthority make_ca(const std::string& product, const crypto::SigningKey& key, std::uint64_t now) {
  return crypto::CertificateAuthority::create("Flotilla CA of " + product, key,
                                              {.not_before = kNotBefore, .not_after = now + kCaLifetime});
}

crypto::Certificate device_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key,
                                       const std::string& device_id) {
  return issue(ca, key, device_id, crypto::CertificateUse::Client, {});
}

crypto::Certificate operator_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key,
                                         const std::string& name) {
  return issue(ca, key, "_op." + name, crypto::CertificateUse::Client, {});
}

crypto::Certificate daemon_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key) {
  return issue(ca, key, "_flotillad", crypto::CertificateUse::Client, {});
}

crypto::Certificate broker_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key,
                                       const std::string& broker_name) {
  std::vector<std::string> names{broker_name};
  if (broker_name != "localhost") names.emplace_back("localhost");
  return issue(ca, key, "_broker", crypto::CertificateUse::Server, std::move(names));
}

crypto::Certificate image_server_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key,
                                             const std::string& broker_name) {
  return issue(ca, key, "_images", crypto::CertificateUse::Server, {broker_name});
}

}  // namespace flotilla::authority
