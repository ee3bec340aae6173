#include "tests/support/certs.h"

#include "tests/support/process.h"

namespace flotilla::test {
namespace {

// What `openssl ca` needs to know; @ stands for the folder.
constexpr std::string_view kConfig = R"(
[ca]
default_ca = this
[this]
dir = @
database = @/index.txt
serial = @/serial
crlnumber = @/crlnumber
new_certs_dir = @
certificate = @/ca.pem
private_key = @/ca-key.pem
default_md = sha256
default_days = 3650
default_crl_days = 3650
unique_subject = no
policy = any
[any]
commonName = supplied
[req]
distinguished_name = dn
[dn]
[ca_extensions]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
)";

std::string with_folder(std::string_view text, const std::string& folder) {
  std::string out;
  for (const char c : text) {
    if (c == '@') {
      out += folder;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

TestAuthority::TestAuthority(const std::string& name) {
  write_file(dir_.file("ca.conf"), with_folder(kConfig, dir_.path().string()));
  write_file(dir_.file("index.txt"), "");
  write_file(dir_.file("serial"), "1000\n");
  write_file(dir_.file("crlnumber"), "01\n");
  // clang-format off
  must_run({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", dir_.file("ca-key.pem"), "-out", ca(), "-subj", "/CN=" + name, "-days", "3650",
            "-config", dir_.file("ca.conf"), "-extensions", "ca_extensions"});
  // clang-format on
  write_crl();
}

CertFiles TestAuthority::issue_client(const std::string& cn) {
  return issue(cn, "extendedKeyUsage = clientAuth\nkeyUsage = critical,digitalSignature\n");
}

CertFiles TestAuthority::issue_server(const std::string& cn, const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ",") + name;
  return issue(cn,
               "extendedKeyUsage = serverAuth\nkeyUsage = critical,digitalSignature\nsubjectAltName = " + list + "\n");
}

CertFiles TestAuthority::issue(const std::string& cn, const std::string& extensions) {
  const CertFiles files{dir_.file(cn + ".pem"), dir_.file(cn + "-key.pem")};
  const std::string request = dir_.file(cn + ".csr");
  const std::string extension_file = dir_.file(cn + ".ext");
  write_file(extension_file, extensions);
  // clang-format off
  must_run({"openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", files.key, "-out", request, "-subj", "/CN=" + cn, "-config", dir_.file("ca.conf")});
  must_run({"openssl", "ca", "-batch", "-notext", "-config", dir_.file("ca.conf"), "-in", request,
            "-out", files.certificate, "-extfile", extension_file, "-startdate", "20200101000000Z"});
  // clang-format on
  return files;
}

void TestAuthority::revoke(const CertFiles& files) {
  must_run({"openssl", "ca", "-batch", "-config", dir_.file("ca.conf"), "-revoke", files.certificate});
  write_crl();
}

void TestAuthority::write_crl() {
  must_run({"openssl", "ca", "-batch", "-config", dir_.file("ca.conf"), "-gencrl", "-out", crl()});
}

}  // namespace flotilla::test
