// A real mosquitto with TLS, client certificates and the project's ACL, on a free port of 127.0.0.1.
#pragma once

#include <csignal>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/certs.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace flotilla::test {

// Who may do what, as a device's or a daemon's certificate names it.
extern const char* const kProjectAcl;

class Mosquitto {
 public:
  // Issues the broker's certificate and writes configuration and ACL; start() runs it. The authority must outlive it.
  explicit Mosquitto(TestAuthority& authority,
                     const std::vector<std::string>& names = {"DNS:localhost", "IP:127.0.0.1"});

  // Returns once the port answers; throws with the broker's log where it never does. The port stays over restarts.
  void start();
  void stop(int signal = SIGTERM) { process_.end(signal); }
  // Reads ACL and CRL again.
  void reload() const { process_.signal(SIGHUP); }
  void write_acl(const std::string& acl);
  // A line more in the configuration, from the next start on.
  void add_configuration(const std::string& line);
  // Forgets sessions and retained messages; only while stopped.
  void forget_everything();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string log() const;

 private:
  [[nodiscard]] std::string configuration() const;

  TempDir dir_;
  TestAuthority& authority_;
  CertFiles certificate_;
  std::uint16_t port_;
  Process process_;
};

}  // namespace flotilla::test
