// A certificate authority of the openssl command line, independent of the project's own code.
#pragma once

#include <string>
#include <vector>

#include "tests/support/temp_dir.h"

namespace flotilla::test {

// Paths of PEM files.
struct CertFiles {
  std::string certificate;
  std::string key;
};

// P-256 keys; an empty CRL exists from the start. Everything throws std::runtime_error with openssl's own text.
class TestAuthority {
 public:
  explicit TestAuthority(const std::string& name = "Flotilla test CA");

  [[nodiscard]] std::string ca() const { return dir_.file("ca.pem"); }
  [[nodiscard]] std::string crl() const { return dir_.file("crl.pem"); }

  // A client certificate for the CN: a device's, `_flotillad`, `_op.alice`. Each CN once.
  CertFiles issue_client(const std::string& cn);
  // A server certificate; names like "DNS:localhost" and "IP:127.0.0.1".
  CertFiles issue_server(const std::string& cn,
                         const std::vector<std::string>& names = {"DNS:localhost", "IP:127.0.0.1"});
  // Writes a new CRL; who uses it must read it again (mosquitto: SIGHUP).
  void revoke(const CertFiles& files);

 private:
  CertFiles issue(const std::string& cn, const std::string& extensions);
  void write_crl();

  TempDir dir_;
};

}  // namespace flotilla::test
