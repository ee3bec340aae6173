#include "daemon/authority/init.h"

#include <map>
#include <sys/stat.h>

#include "daemon/authority/certificates.h"
#include "daemon/authority/pi_config.h"
#include "daemon/crypto/key_files.h"
#include "daemon/crypto/trust_file.h"
#include "tests/support/process.h"
#include "tests/unit/authority/test_fleet.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;

using InitTest = FleetTest;

crypto::Certificate certificate(const std::string& path) {
  const auto read = crypto::Certificate::from_pem(test::read_file(path), path);
  EXPECT_TRUE(read.ok()) << path;
  return *read;
}

TEST_F(InitTest, SecretsAreForTheirOwnerAlone) {
  int secrets = 0;
  for (const auto& entry : fs::recursive_directory_iterator(home())) {
    struct stat status {};
    ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
    if (entry.is_directory()) {
      EXPECT_EQ(status.st_mode & 0777U, 0700U) << entry.path();
    } else if (entry.path().extension() == ".key") {
      ++secrets;
      EXPECT_EQ(status.st_mode & 0777U, 0600U) << entry.path();
    } else {
      EXPECT_EQ(test::read_file(entry.path()).find("PRIVATE"), std::string::npos) << entry.path();
    }
  }
  EXPECT_EQ(secrets, 8);  // CA, root, release; command, broker, image server, daemon; operator
}

TEST_F(InitTest, ThePiHoldsNoAuthority) {
  for (const auto& entry : fs::recursive_directory_iterator(home() / "pi")) {
    if (entry.is_directory()) continue;
    for (const char* secret : {"authority/ca.key", "authority/root.key", "authority/release.key"}) {
      EXPECT_NE(test::read_file(entry.path()), test::read_file(file(secret))) << entry.path();
    }
  }
}

TEST_F(InitTest, CommonNamesCannotBeDeviceIds) {
  const std::map<std::string, std::string> names{{"pi/broker.crt", "_broker"},
                                                 {"pi/https.crt", "_images"},
                                                 {"pi/daemon.crt", "_flotillad"},
                                                 {"operator/alice.crt", "_op.alice"}};
  for (const auto& [path, name] : names) {
    EXPECT_EQ(certificate(file(path)).common_name(), name);
    EXPECT_FALSE(is_device_id(name));
  }
}

TEST_F(InitTest, CertificatesHoldForTheirUseBeforeTheCrl) {
  const auto verify = [this](const char* path, const char* purpose, const char* name) {
    std::vector<std::string> command{"openssl",         "verify",   "-CAfile",
                                     file("pi/ca.crt"), "-CRLfile", file("pi/crl.pem"),
                                     "-crl_check",      "-purpose", purpose};
    if (name != nullptr) command.insert(command.end(), {"-verify_hostname", name});
    command.push_back(file(path));
    return test::run_command(command).exit_code == 0;
  };
  EXPECT_TRUE(verify("pi/broker.crt", "sslserver", "pi.local"));
  EXPECT_TRUE(verify("pi/broker.crt", "sslserver", "localhost"));
  EXPECT_FALSE(verify("pi/broker.crt", "sslserver", "evil.local"));
  EXPECT_TRUE(verify("pi/https.crt", "sslserver", "pi.local"));
  EXPECT_FALSE(verify("pi/https.crt", "sslserver", "localhost"));
  EXPECT_TRUE(verify("pi/daemon.crt", "sslclient", nullptr));
  EXPECT_FALSE(verify("pi/daemon.crt", "sslserver", nullptr));
  EXPECT_TRUE(verify("operator/alice.crt", "sslclient", nullptr));
}

TEST_F(InitTest, CertificatesAreBackdatedAndLastAsLongAsTheCa) {
  const auto ca = certificate(file("authority/ca.crt")).validity();
  EXPECT_EQ(ca.not_before, kNotBefore);
  EXPECT_EQ(ca.not_after, kNow + kCaLifetime);
  for (const char* path : {"pi/broker.crt", "pi/https.crt", "pi/daemon.crt", "operator/alice.crt"}) {
    EXPECT_EQ(certificate(file(path)).validity().not_before, ca.not_before);
    EXPECT_EQ(certificate(file(path)).validity().not_after, ca.not_after);
  }
}

TEST_F(InitTest, TrustStoreNamesTheKeysThatWereMade) {
  const auto trust = crypto::load_trust_store(file("pi/trust.signed"));
  ASSERT_TRUE(trust.ok()) << trust.error().message;
  const auto& store = trust->store;
  EXPECT_EQ(store.version, 1U);
  EXPECT_EQ(store.root_threshold, 1U);
  ASSERT_EQ(store.root_keys.size(), 1U);
  EXPECT_EQ(store.root_keys[0], *crypto::load_public_key(file("authority/root.pub")));
  ASSERT_EQ(store.release_keys.size(), 1U);
  EXPECT_EQ(store.release_keys[0], crypto::load_signing_key(file("authority/release.key"))->public_key());
  ASSERT_EQ(store.command_keys.size(), 1U);
  EXPECT_EQ(store.command_keys[0], crypto::load_signing_key(file("pi/command.key"))->public_key());
  ASSERT_EQ(store.ca_hashes.size(), 1U);
  EXPECT_EQ(store.ca_hashes[0], certificate(file("pi/ca.crt")).fingerprint());
  EXPECT_EQ(test::read_file(file("authority/trust-1.signed")), trust->signed_bytes);
}

TEST_F(InitTest, ConfigurationsNameFilesThatAreThere) {
  for (const char* name : {"pi/mosquitto.conf", "pi/flotillad.toml"}) {
    const std::string text = test::read_file(file(name));
    EXPECT_NE(text.find("127.0.0.1"), std::string::npos) << name;
    std::size_t paths = 0;
    for (std::size_t at = text.find(home().string()); at != std::string::npos;
         at = text.find(home().string(), at + 1)) {
      const fs::path path = text.substr(at, text.find_first_of("\"\n", at) - at);
      ++paths;
      EXPECT_TRUE(fs::exists(path) || path.filename() == "flotillad.sock") << path;
    }
    EXPECT_GE(paths, 6U) << name;
  }
}

TEST_F(InitTest, ANewFleetNeverOverwrites) {
  const std::string ca = test::read_file(file("authority/ca.crt"));
  const auto second = init_fleet(fleet_request(home()));
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(second.error().code, ErrorCode::Conflict);
  EXPECT_EQ(test::read_file(file("authority/ca.crt")), ca);

  auto beside = fleet_request(dir_.path() / "file");
  test::write_file(beside.folder, "a file, not a folder");
  EXPECT_FALSE(init_fleet(beside).ok());
  EXPECT_EQ(test::read_file(beside.folder), "a file, not a folder");
}

TEST_F(InitTest, BadRequestMakesNothing) {
  auto request = fleet_request(dir_.path() / "other");
  request.operator_name = "Alice Smith";
  EXPECT_EQ(init_fleet(request).error().code, ErrorCode::InvalidArgument);
  request = fleet_request(dir_.path() / "other");
  request.bind_address = "not an address";
  EXPECT_EQ(init_fleet(request).error().code, ErrorCode::InvalidArgument);
  EXPECT_FALSE(fs::exists(dir_.path() / "other"));
}

TEST(PiConfig, MosquittoConfigurationIsTheOneThatHolds) {
  const auto request = fleet_request("/unused");
  const std::string text = mosquitto_config(request.fleet, {"/srv/pi", "10.0.0.1", "somebody"});
  for (const char* line :
       {"per_listener_settings false", "allow_anonymous false", "acl_file /srv/pi/acl", "listener 8883 10.0.0.1",
        "cafile /srv/pi/ca.crt", "crlfile /srv/pi/crl.pem", "require_certificate true", "use_identity_as_username true",
        "use_username_as_clientid true", "persistence true", "autosave_interval 30", "max_inflight_messages 1000",
        "max_queued_messages 1000000", "set_tcp_nodelay true", "user somebody"}) {
    EXPECT_NE(text.find(std::string("\n") + line + "\n"), std::string::npos) << line;
  }
  EXPECT_NE(mosquitto_config(request.fleet, {"/srv/pi", "", "x"}).find("\nlistener 8883\n"), std::string::npos);
}

TEST(PiConfig, AclGivesEachDeviceItsOwnTopicsAlone) {
  EXPECT_EQ(mosquitto_acl(), R"(# Made by `flotilla init`. %u is the common name of the client's certificate.
pattern write flotilla/v1/%u/heartbeat
pattern write flotilla/v1/%u/presence
pattern read flotilla/v1/%u/command
pattern write sensors/%u/#

user _flotillad
topic read flotilla/v1/+/heartbeat
topic read flotilla/v1/+/presence
topic write flotilla/v1/+/command
)");
}

TEST(PiConfig, TomlStringsAreQuoted) {
  const auto request = fleet_request("/unused");
  const std::string text = daemon_config(request.fleet, {"/srv/a \"b\" \\c", "", "x"});
  EXPECT_NE(text.find(R"(ca = "/srv/a \"b\" \\c/ca.crt")"), std::string::npos) << text;
  EXPECT_NE(text.find("https-bind = \"0.0.0.0\""), std::string::npos);
  EXPECT_NE(text.find("heartbeat-seconds = 15\n"), std::string::npos);
}

}  // namespace
}  // namespace flotilla::authority
