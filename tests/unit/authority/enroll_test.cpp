#include "daemon/authority/enroll.h"

#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "common/flash_map.h"
#include "common/messages.h"
#include "daemon/crypto/key_files.h"
#include "proto/host/codec.h"
#include "proto/provisioning_block.h"
#include "tests/unit/authority/test_fleet.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;

class EnrollTest : public FleetTest {
 protected:
  static EnrollRequest board(const std::string& id) {
    EnrollRequest request;
    request.id = id;
    request.hardware = "d1-mini";
    request.labels = {{"floor", "0"}, {"room", "kitchen"}};
    request.wifi_ssid = "Home";
    request.wifi_password = "correct horse";
    request.now = kNow;
    return request;
  }
  Result<std::vector<EnrolledDevice>, Error> enroll(const std::vector<EnrollRequest>& requests) const {
    return enroll_devices(open(), requests, open().devices_folder());
  }
  // The copy's message; the test fails when it is not good.
  static ByteView message_of(const std::string& flash, std::size_t copy) {
    ProvisioningBlock block;
    EXPECT_TRUE(parse_provisioning_block(
        ByteView(std::string_view(flash).substr(copy * flash_map::kProvisioningSize, flash_map::kProvisioningSize)),
        block));
    EXPECT_EQ(block.version, 1U);
    return block.message;
  }
};

TEST_F(EnrollTest, ProvisioningIsWhatTheBoardNeeds) {
  const auto devices = enroll({board("kitchen")});
  ASSERT_TRUE(devices.ok()) << devices.error().message;
  const std::string flash = test::read_file(devices->front().provisioning);
  ASSERT_EQ(flash.size(), 2 * flash_map::kProvisioningSize);
  ASSERT_EQ(flash_map::kProvisioning[1] - flash_map::kProvisioning[0], flash_map::kProvisioningSize);
  EXPECT_EQ(message_of(flash, 0), message_of(flash, 1));
  EXPECT_EQ(flash.back(), '\xff');

  Provisioning out;
  ASSERT_TRUE(wire::decode(message_of(flash, 0), out));
  EXPECT_EQ(out.device_id.view(), "kitchen");
  EXPECT_EQ(out.product.view(), "sensor");
  EXPECT_EQ(out.hardware.view(), "d1-mini");
  EXPECT_EQ(out.wifi_ssid.view(), "Home");
  EXPECT_EQ(out.wifi_password.view(), "correct horse");
  EXPECT_EQ(out.broker_name.view(), "pi.local");
  ASSERT_EQ(out.addresses.size(), 2U);
  EXPECT_EQ(out.addresses[0].view(), "192.168.1.10");
  EXPECT_EQ(out.addresses[1].view(), "pi.local");
  EXPECT_EQ(out.mqtt_port, 8883U);
  EXPECT_EQ(out.https_port, 8443U);
  EXPECT_EQ(out.ntp_host.view(), "192.168.1.10");
  EXPECT_EQ(out.provisioned_at, kNow);
  EXPECT_EQ(out.heartbeat_seconds, 15U);
  EXPECT_EQ(out.signed_trust_store.text(), test::read_file(file("pi/trust.signed")));
}

TEST_F(EnrollTest, KeyAndCertificateBelongTogether) {
  const auto devices = enroll({board("kitchen")});
  ASSERT_TRUE(devices.ok());
  const fs::path folder = devices->front().folder;
  const auto key = crypto::load_signing_key(folder / "device.key");
  const auto certificate =
      crypto::Certificate::from_pem(test::read_file(folder / "device.crt"), "the board's certificate");
  const auto ca = open().open_ca();
  ASSERT_TRUE(key.ok() && certificate.ok() && ca.ok());
  EXPECT_EQ(certificate->common_name(), "kitchen");
  EXPECT_TRUE(certificate->belongs_to(key->public_key()));

  const std::string flash = test::read_file(devices->front().provisioning);
  Provisioning out;
  ASSERT_TRUE(wire::decode(message_of(flash, 0), out));
  EXPECT_EQ(out.device_key, key->scalar());
  EXPECT_EQ(out.device_certificate.text(), certificate->to_der());
  EXPECT_EQ(out.ca_certificate.text(), ca->certificate().to_der());
}

TEST_F(EnrollTest, SecretsAreForTheirOwnerAlone) {
  ASSERT_TRUE(enroll({board("kitchen")}).ok());
  for (const char* name : {"device.key", "provisioning.bin"}) {
    struct stat status {};
    ASSERT_EQ(::stat(file(std::string("devices/kitchen/") + name).c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << name;
  }
}

TEST_F(EnrollTest, DescriptionIsForTheDaemonAndHasNoSecret) {
  ASSERT_TRUE(enroll({board("kitchen")}).ok());
  const std::string text = test::read_file(file("devices/kitchen/device.json"));
  const auto body = nlohmann::json::parse(text);
  EXPECT_EQ(body.at("id"), "kitchen");
  EXPECT_EQ(body.at("labels").at("room"), "kitchen");
  EXPECT_EQ(body.at("certificate_sha256").get<std::string>().size(), 64U);
  EXPECT_EQ(text.find("correct horse"), std::string::npos);
}

TEST_F(EnrollTest, OneBadRequestEnrollsNobody) {
  struct Row {
    const char* name;
    EnrollRequest bad;
  };
  std::vector<Row> rows{{"id", board("Kitchen")}, {"reserved id", board("_flotillad")}, {"id twice", board("cellar")}};
  for (const char* name : {"hardware", "label", "ssid", "password without ssid", "short password", "long password"}) {
    rows.push_back({name, board("kitchen")});
  }
  rows[3].bad.hardware = "a b";
  rows[4].bad.labels = {{"a=b", "c"}};
  rows[5].bad.wifi_ssid = std::string(33, 's');
  rows[6].bad.wifi_ssid = "";
  rows[7].bad.wifi_password = "1234567";
  rows[8].bad.wifi_password = std::string(64, 'p');
  for (const auto& row : rows) {
    const auto refused = enroll({board("cellar"), row.bad});
    ASSERT_FALSE(refused.ok()) << row.name;
    EXPECT_EQ(refused.error().code, ErrorCode::InvalidArgument) << row.name;
    EXPECT_EQ(refused.error().message.find("1234567"), std::string::npos);  // a password is never echoed
    EXPECT_FALSE(fs::exists(open().devices_folder())) << row.name;
  }
}

TEST_F(EnrollTest, KnownBoardNeedsRenew) {
  ASSERT_TRUE(enroll({board("kitchen")}).ok());
  const std::string before = test::read_file(file("devices/kitchen/device.key"));
  const auto refused = enroll({board("cellar"), board("kitchen")});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Conflict);
  EXPECT_EQ(test::read_file(file("devices/kitchen/device.key")), before);
  EXPECT_FALSE(fs::exists(file("devices/cellar")));

  auto renewed = board("kitchen");
  renewed.renew = true;
  ASSERT_TRUE(enroll({renewed}).ok());
  EXPECT_NE(test::read_file(file("devices/kitchen/device.key")), before);
  EXPECT_EQ(test::read_file(file("devices/kitchen.previous/device.key")), before);
}

TEST_F(EnrollTest, OpenCaKeyIsRefused) {
  ASSERT_EQ(::chmod(file("authority/ca.key").c_str(), 0644), 0);
  const auto refused = enroll({board("kitchen")});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::Refused);
}

TEST_F(EnrollTest, LargestBoardFits) {
  auto request = fleet_request(dir_.path() / "large");
  const std::string host = std::string(57, 'h') + ".local";
  request.fleet.product = std::string(24, 'p');
  request.fleet.broker_name = request.fleet.ntp_host = host;
  request.fleet.addresses = {host, host, host, host};
  ASSERT_TRUE(init_fleet(request).ok());
  const auto authority = Authority::open(dir_.path() / "large");
  ASSERT_TRUE(authority.ok());
  auto largest = board(std::string(32, 'd'));
  largest.hardware = std::string(24, 'h');
  largest.wifi_ssid = std::string(32, 's');
  largest.wifi_password = std::string(63, 'p');
  const auto devices = enroll_devices(*authority, {largest}, dir_.path() / "out");
  ASSERT_TRUE(devices.ok()) << devices.error().message;
  const std::string flash = test::read_file(devices->front().provisioning);
  Provisioning out;
  ASSERT_TRUE(wire::decode(message_of(flash, 1), out));
  EXPECT_EQ(out.device_id.view(), largest.id);
  EXPECT_EQ(out.wifi_password.view(), largest.wifi_password);
}

TEST(WifiPassword, IsTheFirstLineOfAPrivateFile) {
  const test::TempDir dir;
  test::write_file(dir.file("wifi"), "correct horse\r\nnot this\n");
  ASSERT_EQ(::chmod(dir.file("wifi").c_str(), 0600), 0);
  EXPECT_EQ(*read_wifi_password(dir.file("wifi")), "correct horse");
  ASSERT_EQ(::chmod(dir.file("wifi").c_str(), 0644), 0);
  EXPECT_EQ(read_wifi_password(dir.file("wifi")).error().code, ErrorCode::Refused);
  test::write_file(dir.file("empty"), "\n");
  ASSERT_EQ(::chmod(dir.file("empty").c_str(), 0600), 0);
  EXPECT_EQ(read_wifi_password(dir.file("empty")).error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace flotilla::authority
