#include "daemon/authority/device_config.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "common/flash_map.h"
#include "common/messages.h"
#include "daemon/authority/enroll.h"
#include "daemon/crypto/key_files.h"
#include "daemon/crypto/sha256.h"
#include "proto/host/codec.h"
#include "proto/provisioning_block.h"
#include "tests/unit/authority/test_fleet.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;

class DeviceConfigTest : public FleetTest {
 protected:
  void SetUp() override {
    FleetTest::SetUp();
    const EnrollRequest request{.id = "kitchen",
                                .hardware = "d1-mini",
                                .labels = {{"floor", "0"}},
                                .wifi_ssid = "Home",
                                .wifi_password = "correct horse",
                                .now = kNow};
    ASSERT_TRUE(enroll_devices(open(), {request}, devices()).ok());
  }
  fs::path devices() const { return open().devices_folder(); }
  fs::path record(const std::string& name) const { return devices() / "kitchen" / name; }
  Result<PendingConfig, Error> make(const ConfigChange& change, const fs::path& out = {}) const {
    return make_config(open(), devices(), "kitchen", change, out);
  }
  // As the agent reads it: what is left out, it adds from its own block. Views point into `bytes`.
  Provisioning as_agent(std::string& bytes, bool with_key) const {
    const Provisioning present = enrolled("provisioning.bin", flash_);
    Provisioning kept;
    kept.signed_trust_store = present.signed_trust_store;
    if (!with_key) kept.device_key = present.device_key;
    kept.heartbeat_seconds = 0;  // proto3: zero is not written
    bytes += wire::encode(kept);
    Provisioning out;
    EXPECT_TRUE(wire::decode(wire::view(bytes), out));
    return out;
  }
  Provisioning enrolled(const std::string& name, std::string& flash) const {
    flash = test::read_file(record(name));
    ProvisioningBlock block;
    Provisioning out;
    EXPECT_TRUE(parse_provisioning_block(ByteView(flash), block));
    EXPECT_TRUE(wire::decode(block.message, out));
    return out;
  }
  mutable std::string flash_;
};

TEST_F(DeviceConfigTest, HoldsEverythingButTheTrustStoreAndTheKey) {
  const auto made = make({.wifi_password = "another horse"});
  ASSERT_TRUE(made.ok()) << made.error().message;
  std::string bytes = test::read_file(made->file);
  EXPECT_EQ(bytes.size(), made->size);
  EXPECT_LE(bytes.size(), kMaxConfigFile);
  EXPECT_EQ(crypto::sha256(ByteView(bytes)), made->sha256);
  std::string flash;
  const Provisioning before = enrolled("provisioning.bin", flash);
  EXPECT_EQ(bytes.find(before.signed_trust_store.text()), std::string::npos);
  EXPECT_EQ(bytes.find(ByteView(before.device_key).text()), std::string::npos);

  const Provisioning after = as_agent(bytes, false);
  EXPECT_EQ(after.wifi_ssid.view(), "Home");
  EXPECT_EQ(after.wifi_password.view(), "another horse");
  EXPECT_EQ(after.device_id, before.device_id);
  EXPECT_EQ(after.product, before.product);
  EXPECT_EQ(after.hardware, before.hardware);
  EXPECT_EQ(after.device_key, before.device_key);
  EXPECT_EQ(after.device_certificate, before.device_certificate);
  EXPECT_EQ(after.ca_certificate, before.ca_certificate);
  EXPECT_EQ(after.broker_name, before.broker_name);
  EXPECT_EQ(after.addresses, before.addresses);
  EXPECT_EQ(after.mqtt_port, before.mqtt_port);
  EXPECT_EQ(after.https_port, before.https_port);
  EXPECT_EQ(after.ntp_host, before.ntp_host);
  EXPECT_EQ(after.provisioned_at, before.provisioned_at);
  EXPECT_EQ(after.heartbeat_seconds, before.heartbeat_seconds);
}

TEST_F(DeviceConfigTest, EveryChangeArrives) {
  ConfigChange change;
  change.wifi_ssid = "Garden";
  change.wifi_password = "";
  change.addresses = {"10.0.0.1", "pi2.local"};
  change.mqtt_port = 1;
  change.https_port = 65535;
  change.heartbeat_seconds = 3600;
  auto made = make(change);
  ASSERT_TRUE(made.ok()) << made.error().message;
  std::string bytes = test::read_file(made->file);
  const Provisioning after = as_agent(bytes, false);
  EXPECT_EQ(after.wifi_ssid.view(), "Garden");
  EXPECT_TRUE(after.wifi_password.empty());
  ASSERT_EQ(after.addresses.size(), 2U);
  EXPECT_EQ(after.addresses[0].view(), "10.0.0.1");
  EXPECT_EQ(after.addresses[1].view(), "pi2.local");
  EXPECT_EQ(after.ntp_host.view(), "10.0.0.1") << "it was the first address";
  EXPECT_EQ(after.mqtt_port, 1U);
  EXPECT_EQ(after.https_port, 65535U);
  EXPECT_EQ(after.heartbeat_seconds, 3600U);

  // An NTP host of its own stays.
  ASSERT_TRUE(keep_config(devices(), "kitchen").ok());
  ASSERT_TRUE(make({.ntp_host = "ntp.local"}).ok());
  ASSERT_TRUE(keep_config(devices(), "kitchen").ok());
  change = {};
  change.addresses = {"10.0.0.9"};
  ASSERT_TRUE(make(change).ok());
  ASSERT_TRUE(keep_config(devices(), "kitchen").ok());
  std::string flash;
  EXPECT_EQ(enrolled("provisioning.bin", flash).ntp_host.view(), "ntp.local");
}

TEST_F(DeviceConfigTest, RenewedCertificateComesWithItsKey) {
  std::string flash;
  const Provisioning before = enrolled("provisioning.bin", flash);
  const auto made = make({.renew_certificate = true});
  ASSERT_TRUE(made.ok()) << made.error().message;
  std::string bytes = test::read_file(made->file);
  const Provisioning after = as_agent(bytes, true);
  EXPECT_NE(after.device_key, before.device_key);
  EXPECT_NE(after.device_certificate, before.device_certificate);
  const auto key = crypto::load_signing_key(record("pending/device.key"));
  const auto certificate = crypto::Certificate::from_pem(test::read_file(record("pending/device.crt")), "new");
  ASSERT_TRUE(key.ok() && certificate.ok());
  EXPECT_EQ(key->scalar(), after.device_key);
  EXPECT_EQ(certificate->to_der(), after.device_certificate.text());
  EXPECT_EQ(certificate->common_name(), "kitchen");
  EXPECT_TRUE(certificate->belongs_to(key->public_key()));
  const auto description = nlohmann::json::parse(test::read_file(record("pending/device.json")));
  EXPECT_EQ(description.at("certificate_sha256"), to_hex(certificate->fingerprint()).view());
  EXPECT_EQ(description.at("labels").at("floor"), "0");
}

TEST_F(DeviceConfigTest, TheRecordChangesOnlyWhenItIsKept) {
  const std::string key = test::read_file(record("device.key"));
  const std::string flash = test::read_file(record("provisioning.bin"));
  ASSERT_TRUE(make({.renew_certificate = true}).ok());
  EXPECT_EQ(test::read_file(record("device.key")), key);
  EXPECT_EQ(test::read_file(record("provisioning.bin")), flash);
  EXPECT_EQ(make({.heartbeat_seconds = 60}).error().code, ErrorCode::Conflict);

  ASSERT_TRUE(discard_config(devices(), "kitchen").ok());
  EXPECT_FALSE(fs::exists(record("pending")));
  EXPECT_EQ(test::read_file(record("device.key")), key);
  EXPECT_EQ(discard_config(devices(), "kitchen").error().code, ErrorCode::NotFound);

  ASSERT_TRUE(make({.renew_certificate = true}).ok());
  const std::string new_key = test::read_file(record("pending/device.key"));
  ASSERT_TRUE(keep_config(devices(), "kitchen").ok());
  EXPECT_EQ(test::read_file(record("device.key")), new_key);
  EXPECT_EQ(test::read_file(devices() / "kitchen.previous/device.key"), key);
  EXPECT_FALSE(fs::exists(record("pending")));
  EXPECT_EQ(keep_config(devices(), "kitchen").error().code, ErrorCode::NotFound);
  std::string kept;
  EXPECT_EQ(enrolled("provisioning.bin", kept).device_key, crypto::load_signing_key(record("device.key"))->scalar());
  ProvisioningBlock block;
  ASSERT_TRUE(parse_provisioning_block(ByteView(std::string_view(kept).substr(flash_map::kProvisioningSize)), block));
  EXPECT_EQ(block.version, 2U) << "flashed by cable it would count against what the board has";
}

TEST_F(DeviceConfigTest, SecretsAreForTheirOwnerAlone) {
  const fs::path out = dir_.path() / "kitchen.config";
  const auto made = make({.renew_certificate = true}, out);
  ASSERT_TRUE(made.ok());
  EXPECT_EQ(made->file, out);
  EXPECT_EQ(test::read_file(out), test::read_file(record("pending/config.bin")));
  for (const fs::path& path :
       {out, record("pending/config.bin"), record("pending/provisioning.bin"), record("pending/device.key")}) {
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << path;
  }
}

TEST_F(DeviceConfigTest, WhatBreaksARuleLeavesNothing) {
  struct Row {
    const char* name;
    ConfigChange change;
  };
  std::vector<Row> rows(9);
  rows[0].name = "nothing";
  rows[1] = {"short password", {.wifi_password = "1234567"}};
  rows[2] = {"long ssid", {.wifi_ssid = std::string(33, 's')}};
  rows[3].name = "no address";
  rows[3].change.addresses = {"not an address"};
  rows[4].name = "five addresses";
  rows[4].change.addresses = {"a.b", "a.c", "a.d", "a.e", "a.f"};
  rows[5].name = "port";
  rows[5].change.mqtt_port = 65536;
  rows[6].name = "one port for both";
  rows[6].change.https_port = 8883;
  rows[7].name = "heartbeat";
  rows[7].change.heartbeat_seconds = 3601;
  rows[8].name = "ntp host";
  rows[8].change.ntp_host = "a b";
  for (const auto& row : rows) {
    const auto refused = make(row.change);
    ASSERT_FALSE(refused.ok()) << row.name;
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument) << row.name;
    EXPECT_EQ(refused.error().message.find("1234567"), std::string::npos);
    EXPECT_FALSE(fs::exists(record("pending"))) << row.name;
  }
  const auto unknown = make_config(open(), devices(), "cellar", {.heartbeat_seconds = 60}, {});
  ASSERT_FALSE(unknown.ok());
  EXPECT_EQ(unknown.error().code, ErrorCode::NotFound);
  test::write_file(dir_.path() / "taken", "something");
  EXPECT_EQ(make({.heartbeat_seconds = 60}, dir_.path() / "taken").error().code, ErrorCode::Conflict);
  EXPECT_EQ(make({.heartbeat_seconds = 60}, dir_.path() / "no/such/folder").ok(), false);
  EXPECT_FALSE(fs::exists(record("pending"))) << "what could not be written whole is not pending";
}

TEST_F(DeviceConfigTest, ADamagedRecordIsNamed) {
  std::string flash = test::read_file(record("provisioning.bin"));
  flash[100] = static_cast<char>(flash[100] ^ 1);
  test::write_file(record("provisioning.bin"), flash);
  const auto refused = make({.heartbeat_seconds = 60});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Corrupt);
}

}  // namespace
}  // namespace flotilla::authority
