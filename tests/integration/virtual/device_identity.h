// What a device gets from its provisioning, made from the test authority's PEM files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware-esp/virtual/tls_client.h"
#include "firmware-esp/virtual/tls_identity.h"
#include "tests/support/certs.h"

namespace flotilla::test {

// The device trusts the authority whose CA certificate is in `ca_file` (PEM).
std::shared_ptr<const TlsIdentity> device_identity(const CertFiles& device, const std::string& ca_file);

inline TlsEndpoint endpoint(std::uint16_t port, std::vector<std::string> addresses = {"127.0.0.1"},
                            std::string name = "localhost") {
  return {.server_name = std::move(name), .addresses = std::move(addresses), .port = port};
}

}  // namespace flotilla::test
