// What the daemon takes as a configuration for a device, and what it says about everything else.
#include "daemon/flotillad/config_reader.h"

#include <functional>

#include <gtest/gtest.h>

#include "daemon/api/http.h"
#include "daemon/crypto/sha256.h"
#include "proto/host/codec.h"

namespace flotilla::daemon {
namespace {

const std::string kCertificate(400, 'd');
const std::string kCa(500, 'c');
const std::string kOtherCa(500, 'x');
const std::string kTrustStore(300, 't');
constexpr std::string_view kPassword = "correct horse battery";

TrustStore trust() {
  TrustStore store;
  EXPECT_TRUE(store.ca_hashes.push_back(crypto::sha256(ByteView(std::string_view(kCa)))));
  return store;
}

Provisioning good() {
  Provisioning config;
  config.device_id = DeviceId("kitchen");
  config.product = Name("sensor");
  config.hardware = Name("d1-mini");
  config.wifi_ssid = FixedString<32>("attic");
  config.wifi_password = FixedString<63>(kPassword);
  config.device_certificate = ByteView(std::string_view(kCertificate));
  config.ca_certificate = ByteView(std::string_view(kCa));
  config.broker_name = FixedString<63>("pi.local");
  EXPECT_TRUE(config.addresses.push_back(FixedString<63>("192.168.1.10")));
  config.mqtt_port = 8883;
  config.https_port = 8443;
  config.heartbeat_seconds = 30;
  return config;
}

TEST(ConfigReader, ReadsWhatADeviceWouldTake) {
  const auto bytes = wire::encode(good());
  const auto read = config_reader(trust())(bytes);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(read->device, "kitchen");
  EXPECT_EQ(read->product, "sensor");
  EXPECT_EQ(read->hardware, "d1-mini");
  EXPECT_EQ(read->sha256, crypto::sha256(wire::view(bytes)));
}

struct Row {
  const char* name;
  std::function<void(Provisioning&)> change;
  const char* says;
};
void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
class Refused : public testing::TestWithParam<Row> {};

TEST_P(Refused, NamesTheFieldAndNeverTheSecret) {
  Provisioning config = good();
  GetParam().change(config);
  const auto read = config_reader(trust())(wire::encode(config));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, ErrorCode::InvalidArgument);
  EXPECT_NE(read.error().message.find(GetParam().says), std::string::npos) << read.error().message;
  EXPECT_EQ((read.error().message + read.error().hint).find(kPassword), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Refused,
    testing::Values(Row{"NoId", [](Provisioning& p) { p.device_id = {}; }, "names no device"},
                    Row{"NoDeviceId", [](Provisioning& p) { p.device_id = DeviceId("Kitchen"); }, "names no device"},
                    Row{"NoProduct", [](Provisioning& p) { p.product = {}; }, "no product"},
                    Row{"NoHardware", [](Provisioning& p) { p.hardware = {}; }, "no hardware"},
                    Row{"ATrustStore",
                        [](Provisioning& p) { p.signed_trust_store = ByteView(std::string_view(kTrustStore)); },
                        "trust store"},
                    Row{"AnotherCa", [](Provisioning& p) { p.ca_certificate = ByteView(std::string_view(kOtherCa)); },
                        "CA that is not in the trust store"},
                    Row{"NoCa", [](Provisioning& p) { p.ca_certificate = {}; }, "no CA"},
                    Row{"NoCertificate", [](Provisioning& p) { p.device_certificate = {}; }, "no device certificate"},
                    Row{"NoBroker", [](Provisioning& p) { p.broker_name = {}; }, "no broker"},
                    Row{"NoAddress", [](Provisioning& p) { p.addresses.clear(); }, "no address"},
                    Row{"PortZero", [](Provisioning& p) { p.mqtt_port = 0; }, "port"},
                    Row{"PortTooHigh", [](Provisioning& p) { p.https_port = 65'536; }, "port"},
                    Row{"NoInterval", [](Provisioning& p) { p.heartbeat_seconds = 0; }, "heartbeat"},
                    Row{"AboveADay", [](Provisioning& p) { p.heartbeat_seconds = 86'401; }, "heartbeat"}),
    [](const auto& row) { return row.param.name; });

TEST(ConfigReader, RefusesBytesThatAreNoProvisioning) {
  const auto reader = config_reader(trust());
  const auto whole = wire::encode(good());
  EXPECT_FALSE(reader("").ok());
  EXPECT_FALSE(reader(std::string(api::kMaxConfigBody + 1, '\0')).ok());
  const auto cut = reader(whole.substr(0, whole.size() - 1));
  ASSERT_FALSE(cut.ok());
  EXPECT_EQ(cut.error().code, ErrorCode::Corrupt);
  const auto block = reader("FLPV" + whole);
  ASSERT_FALSE(block.ok());
  EXPECT_EQ(block.error().code, ErrorCode::Corrupt);
}

}  // namespace
}  // namespace flotilla::daemon
