#include <cstdlib>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "daemon/crypto/sha256.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/cli_offline/run.h"

namespace flotilla::cli {
namespace {

namespace fs = std::filesystem;

class CliConfigTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(run({"init", "--dir", file("home"), "--product", "sensor", "--broker-name", "pi.local", "--address",
                   "10.0.0.2"})
                  .exit_code,
              kDone);
    ASSERT_EQ(run({"device", "enroll", "kitchen", "--hardware", "d1-mini", "--wifi-ssid", "Home", "--authority",
                   file("home")})
                  .exit_code,
              kDone);
    test::write_file(file("wifi"), "correct horse\n");
    ASSERT_EQ(::chmod(file("wifi").c_str(), 0600), 0);
  }
  void TearDown() override { ::unsetenv("FLOTILLA_WIFI_PASSWORD"); }

  std::string file(const std::string& name) const { return dir_.file(name); }
  std::string pending() const { return file("home/devices/kitchen/pending/config.bin"); }
  Ran config(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"device", "config", "kitchen", "--authority", file("home")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }

  test::TempDir dir_;
};

TEST_F(CliConfigTest, SaysWhatWasMadeAndHowItGoesOn) {
  const auto ran = config({"--wifi-password-file", file("wifi")});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  const std::string bytes = test::read_file(pending());
  EXPECT_NE(bytes.find("correct horse"), std::string::npos);
  EXPECT_EQ((ran.out + ran.err).find("correct horse"), std::string::npos);
  const std::string digest(to_hex(crypto::sha256(ByteView(bytes))).view());
  for (const std::string& part : {digest, "flotilla device update-config kitchen " + pending(), std::string("--keep"),
                                  std::string("--discard"), std::string("mode 0600")}) {
    EXPECT_NE(ran.out.find(part), std::string::npos) << part;
  }
}

TEST_F(CliConfigTest, OneIsPendingUntilItIsKeptOrDiscarded) {
  const auto made = config({"--heartbeat-seconds", "60", "--broker-address", "10.0.0.3", "--broker-address", "pi.local",
                            "--out", file("kitchen.config"), "-o", "json"});
  ASSERT_EQ(made.exit_code, kDone) << made.err;
  EXPECT_EQ(made.json().at("file"), file("kitchen.config"));
  EXPECT_EQ(made.json().at("size"), fs::file_size(file("kitchen.config")));
  EXPECT_EQ(made.json().at("sha256").get<std::string>().size(), 64U);
  const auto second = config({"--heartbeat-seconds", "90"});
  EXPECT_EQ(second.exit_code, kFailed);
  EXPECT_NE(second.err.find("--discard"), std::string::npos) << second.err;
  EXPECT_EQ(config({"--keep", "--heartbeat-seconds", "90"}).exit_code, kFailed);
  EXPECT_EQ(config({"--keep", "--discard"}).exit_code, kUsage);
  EXPECT_EQ(config({"--keep", "-o", "json"}).json().at("pending"), "kept");
  EXPECT_EQ(config({"--keep"}).exit_code, kFailed);
  EXPECT_EQ(config({"--renew-certificate"}).exit_code, kDone);
  EXPECT_EQ(config({"--discard"}).exit_code, kDone);
  EXPECT_EQ(config({}).exit_code, kFailed);
}

TEST_F(CliConfigTest, ANewWifiNeedsItsPassword) {
  EXPECT_EQ(config({"--wifi-ssid", "Garden"}).exit_code, kFailed);
  EXPECT_FALSE(fs::exists(pending()));
  EXPECT_EQ(config({"--wifi-ssid", "Garden", "--wifi-open"}).exit_code, kDone);
  EXPECT_EQ(config({"--discard"}).exit_code, kDone);
  EXPECT_EQ(config({"--wifi-open", "--wifi-password-file", file("wifi")}).exit_code, kUsage);
  ::setenv("FLOTILLA_WIFI_PASSWORD", "from the environment", 1);
  ASSERT_EQ(config({"--wifi-ssid", "Garden"}).exit_code, kDone);
  EXPECT_NE(test::read_file(pending()).find("from the environment"), std::string::npos);
}

}  // namespace
}  // namespace flotilla::cli
