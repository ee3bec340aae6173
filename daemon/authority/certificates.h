// Who gets which certificate: common names, uses and life times of this fleet.
#pragma once

#include <string>

#include "daemon/crypto/certificate.h"

namespace flotilla::authority {

// Valid since 2020: a board without network time knows only when its firmware was built, and must not find its broker's
// certificate to be from the future. To the CA's last second: a board in a wall has nobody who would renew it, and what
// has to end earlier is revoked.
inline constexpr std::uint64_t kNotBefore = 1577836800;                        // 2020-01-01 00:00:00 UTC
inline constexpr std::uint64_t kCaLifetime = std::uint64_t{20} * 365 * 86400;  // seconds

[[nodiscard]] crypto::CertificateAuthority make_ca(const std::string& product, const crypto::SigningKey& key,
                                                   std::uint64_t now);

// A device: its id is the common name.
[[nodiscard]] crypto::Certificate device_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key,
                                                     const std::string& device_id);
// `_op.<name>`, for the API over TLS.
[[nodiscard]] crypto::Certificate operator_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key,
                                                       const std::string& name);
// `_flotillad`, the daemon as the broker's client.
[[nodiscard]] crypto::Certificate daemon_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key);
// `_broker`. "localhost" is among its names because the daemon lives on the same machine.
[[nodiscard]] crypto::Certificate broker_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key,
                                                     const std::string& broker_name);
// `_images`, the HTTPS image server.
[[nodiscard]] crypto::Certificate image_server_certificate(const crypto::CertificateAuthority& ca, const PublicKey& key,
                                                           const std::string& broker_name);

}  // namespace flotilla::authority
