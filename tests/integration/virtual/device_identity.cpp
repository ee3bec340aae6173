#include "tests/integration/virtual/device_identity.h"

#include <algorithm>
#include <stdexcept>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace flotilla::test {

std::shared_ptr<const TlsIdentity> device_identity(const CertFiles& device, const std::string& ca_file) {
  const TempDir dir;
  must_run({"openssl", "x509", "-in", device.certificate, "-outform", "DER", "-out", dir.file("certificate")});
  must_run({"openssl", "x509", "-in", ca_file, "-outform", "DER", "-out", dir.file("ca")});
  must_run({"openssl", "ec", "-in", device.key, "-outform", "DER", "-out", dir.file("key")});
  const std::string certificate = read_file(dir.file("certificate"));
  const std::string ca = read_file(dir.file("ca"));
  const std::string key = read_file(dir.file("key"));

  Provisioning provisioning;
  provisioning.device_certificate = ByteView(certificate);
  provisioning.ca_certificate = ByteView(ca);
  // ECPrivateKey (RFC 5915): sequence, version 1, then the scalar as an octet string.
  constexpr std::size_t kScalarAt = 7;
  std::copy_n(key.begin() + kScalarAt, provisioning.device_key.size(), provisioning.device_key.begin());
  std::string problem;
  auto identity = TlsIdentity::make(provisioning, problem);
  if (identity == nullptr) throw std::runtime_error(problem);
  return identity;
}

}  // namespace flotilla::test
