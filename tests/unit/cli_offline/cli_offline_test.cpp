#include <cstdlib>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "daemon/bundle/bundle.h"
#include "tests/fakes/firmware.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/cli_offline/run.h"

namespace flotilla::cli {
namespace {

namespace fs = std::filesystem;

class CliOfflineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = init("home");
    ASSERT_EQ(made.exit_code, kDone) << made.err;
    test::write_file(file("sensor.bin"), test::make_bootloader_sector() + test::make_bare_image());
  }
  void TearDown() override { ::unsetenv("FLOTILLA_WIFI_PASSWORD"); }

  std::string file(const std::string& name) const { return dir_.file(name); }
  Ran init(const std::string& folder, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"init",          "--dir",    file(folder), "--product", "sensor",
                                       "--broker-name", "pi.local", "--address",  "10.0.0.2",  "192.168.1.10"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments);
  }
  // With the authority's folder.
  Ran at_home(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--authority", file("home")});
    return run(arguments);
  }
  Ran sign(const std::string& version, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"release",   "sign",  file("sensor.bin"),
                                       "--version", version, "--hardware",
                                       "d1-mini",   "-o",    file(version + ".flotilla")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return at_home(arguments);
  }

  test::TempDir dir_;
};

TEST_F(CliOfflineTest, InitSaysWhatToKeepWhere) {
  const auto ran = init("second", {"--operator", "bob"});
  EXPECT_EQ(ran.exit_code, kDone) << ran.err;
  for (const char* part : {"authority/", "never on the Pi", "pi/", "operator/", "bob's certificate", "mosquitto -c "}) {
    EXPECT_NE(ran.out.find(part), std::string::npos) << part;
  }
  EXPECT_TRUE(fs::exists(file("second/operator/bob.key")));
  const auto json = init("third", {"-o", "json"}).json();
  EXPECT_EQ(json.at("pi"), file("third/pi"));
}

TEST_F(CliOfflineTest, InitDoesNotOverwrite) {
  const std::string before = test::read_file(file("home/authority/ca.crt"));
  const auto ran = init("home");
  EXPECT_EQ(ran.exit_code, kFailed);
  EXPECT_NE(ran.err.find("nothing was changed"), std::string::npos) << ran.err;
  EXPECT_EQ(test::read_file(file("home/authority/ca.crt")), before);
}

TEST_F(CliOfflineTest, EnrollShowsHowToFlash) {
  const auto ran = at_home({"device", "enroll", "kitchen", "cellar", "--hardware", "d1-mini", "--wifi-ssid", "Home"});
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  for (const char* id : {"kitchen", "cellar"}) {
    const std::string block = file(std::string("home/devices/") + id + "/provisioning.bin");
    EXPECT_EQ(fs::file_size(block), 16384U);
    EXPECT_NE(ran.out.find("write_flash 0x2FC000 " + block), std::string::npos) << ran.out;
  }
}

TEST_F(CliOfflineTest, EnrollRefusesWithTheGrammar) {
  const auto ran = at_home({"device", "enroll", "Kitchen!", "--hardware", "d1-mini"});
  EXPECT_EQ(ran.exit_code, kFailed);
  EXPECT_NE(ran.err.find("[a-z0-9][a-z0-9-]{0,31}"), std::string::npos) << ran.err;
}

TEST_F(CliOfflineTest, EnrollTwiceNeedsRenew) {
  const std::vector<std::string> enroll{"device", "enroll", "kitchen", "--hardware", "d1-mini"};
  ASSERT_EQ(at_home(enroll).exit_code, kDone);
  const auto again = at_home(enroll);
  EXPECT_EQ(again.exit_code, kFailed);
  EXPECT_NE(again.err.find("--renew"), std::string::npos) << again.err;
  auto renew = enroll;
  renew.insert(renew.end(), {"--renew", "-o", "json"});
  const auto renewed = at_home(renew);
  ASSERT_EQ(renewed.exit_code, kDone) << renewed.err;
  EXPECT_EQ(renewed.json().at("devices").at(0).at("id"), "kitchen");
}

TEST_F(CliOfflineTest, WifiPasswordComesFromFlagFileOrEnvironmentAndIsNeverShown) {
  test::write_file(file("wifi"), "from the file\n");
  ASSERT_EQ(::chmod(file("wifi").c_str(), 0600), 0);
  ::setenv("FLOTILLA_WIFI_PASSWORD", "from the environment", 1);
  struct Row {
    const char* id;
    std::vector<std::string> more;
    const char* password;
  };
  const Row rows[] = {{"flag", {"--wifi-password", "from the flag"}, "from the flag"},
                      {"file", {"--wifi-password-file", file("wifi")}, "from the file"},
                      {"environment", {}, "from the environment"}};
  for (const auto& row : rows) {
    std::vector<std::string> arguments{"device", "enroll", row.id, "--hardware", "d1", "--wifi-ssid", "Home"};
    arguments.insert(arguments.end(), row.more.begin(), row.more.end());
    const auto ran = at_home(arguments);
    ASSERT_EQ(ran.exit_code, kDone) << ran.err;
    EXPECT_EQ((ran.out + ran.err).find(row.password), std::string::npos);
    const std::string block = test::read_file(file(std::string("home/devices/") + row.id + "/provisioning.bin"));
    EXPECT_NE(block.find(row.password), std::string::npos) << row.id;
  }
  const auto both = at_home({"device", "enroll", "x", "--hardware", "d1", "--wifi-ssid", "s", "--wifi-password",
                             "12345678", "--wifi-password-file", file("wifi")});
  EXPECT_EQ(both.exit_code, kUsage);
}

TEST_F(CliOfflineTest, LabelsNeedAValue) {
  EXPECT_EQ(at_home({"device", "enroll", "a", "--hardware", "d1", "--label", "floor"}).exit_code, kFailed);
  ASSERT_EQ(at_home({"device", "enroll", "a", "--hardware", "d1", "--label", "floor=0", "--label", "room=k"}).exit_code,
            kDone);
  const auto body = nlohmann::json::parse(test::read_file(file("home/devices/a/device.json")));
  EXPECT_EQ(body.at("labels"), (nlohmann::json{{"floor", "0"}, {"room", "k"}}));
}

TEST_F(CliOfflineTest, AdoptionImageIsMadeForOneBoardAndSaysThatItIsSecret) {
  const std::vector<std::string> enroll{"device",           "enroll",           "kitchen",
                                        "--hardware",       "d1-mini",          "--firmware",
                                        file("sensor.bin"), "--adoption-image", file("kitchen.bin")};
  const auto ran = at_home(enroll);
  ASSERT_EQ(ran.exit_code, kDone) << ran.err;
  EXPECT_EQ(fs::status(file("kitchen.bin")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  for (const char* part : {"private key", "delete the file", "espota.py -i BOARD", "curl -F 'firmware=@", "HTTP update",
                           "mode 0600", "No Wi-Fi was given"}) {
    EXPECT_NE(ran.out.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(ran.out.find("esptool"), std::string::npos) << "no cable is needed";
  auto renew = enroll;
  renew.back() = file("second.bin");
  renew.insert(renew.end(), {"--renew", "-o", "json"});
  const auto json = at_home(renew);
  ASSERT_EQ(json.exit_code, kDone) << json.err;
  EXPECT_EQ(json.json().at("devices").at(0).at("adoption_image"), file("second.bin"));
  EXPECT_EQ(json.json().at("devices").at(0).at("adoption_image_size"), fs::file_size(file("second.bin")));
}

TEST_F(CliOfflineTest, AdoptionImageNeedsOneBoardAndAFirmware) {
  const std::vector<std::string> options{"--hardware",       "d1-mini",          "--firmware",
                                         file("sensor.bin"), "--adoption-image", file("out.bin")};
  std::vector<std::string> two{"device", "enroll", "kitchen", "cellar"};
  two.insert(two.end(), options.begin(), options.end());
  const auto ran = at_home(two);
  EXPECT_EQ(ran.exit_code, kFailed);
  EXPECT_NE(ran.err.find("2 were named"), std::string::npos) << ran.err;
  EXPECT_FALSE(fs::exists(file("home/devices")));
  EXPECT_EQ(at_home({"device", "enroll", "k", "--hardware", "d1", "--adoption-image", "x"}).exit_code, kUsage);
  EXPECT_EQ(at_home({"device", "enroll", "k", "--hardware", "d1", "--firmware", "x"}).exit_code, kUsage);
}

// The one file that a build makes serves both, and the secret one does not become a release.
TEST_F(CliOfflineTest, AnAdoptionImageIsNotSigned) {
  ASSERT_EQ(at_home({"device", "enroll", "kitchen", "--hardware", "d1-mini", "--firmware", file("sensor.bin"),
                     "--adoption-image", file("kitchen.bin")})
                .exit_code,
            kDone);
  EXPECT_EQ(sign("1.1.0").exit_code, kDone);
  const auto refused = at_home({"release", "sign", file("kitchen.bin"), "--version", "1.2.0", "--hardware", "d1-mini",
                                "-o", file("secret.flotilla")});
  EXPECT_EQ(refused.exit_code, kFailed);
  EXPECT_NE(refused.err.find("adoption image"), std::string::npos) << refused.err;
  EXPECT_FALSE(fs::exists(file("secret.flotilla")));
}

TEST_F(CliOfflineTest, SignedBundleIsVerified) {
  const auto made = sign("1.1.0", {"--security-floor", "1", "--minimum-version", "1.0.0", "--output", "json"});
  ASSERT_EQ(made.exit_code, kDone) << made.err;
  const auto json = made.json();
  EXPECT_EQ(json.at("trusted"), true);
  EXPECT_EQ(json.at("manifest").at("version"), "1.1.0");
  EXPECT_EQ(json.at("manifest").at("hardware"), nlohmann::json::array({"d1-mini"}));
  EXPECT_EQ(json.at("manifest").at("image_size"), test::make_bare_image().size());
  EXPECT_EQ(json.at("manifest").at("release_counter"), 1);

  const auto verified = at_home({"release", "verify", file("1.1.0.flotilla")});
  EXPECT_EQ(verified.exit_code, kDone) << verified.err;
  EXPECT_NE(verified.out.find(json.at("manifest").at("image_sha256").get<std::string>()), std::string::npos);
  EXPECT_NE(verified.out.find("Good"), std::string::npos);
  const auto by_file =
      run({"release", "verify", file("1.1.0.flotilla"), "--trust", file("home/pi/trust.signed"), "-o", "json"});
  EXPECT_EQ(by_file.exit_code, kDone) << by_file.err;
  EXPECT_EQ(by_file.json().at("valid"), true);
}

TEST_F(CliOfflineTest, BundleOfAnotherFleetIsRefusedByName) {
  ASSERT_EQ(sign("1.1.0").exit_code, kDone);
  ASSERT_EQ(init("other").exit_code, kDone);
  const auto ran =
      run({"release", "verify", file("1.1.0.flotilla"), "--trust", file("other/pi/trust.signed"), "-o", "json"});
  EXPECT_EQ(ran.exit_code, kFailed);
  EXPECT_EQ(ran.json().at("valid"), false);
  EXPECT_NE(ran.err.find("not signed by enough of the release keys"), std::string::npos) << ran.err;
}

TEST_F(CliOfflineTest, DamagedBundleIsRefusedByCause) {
  ASSERT_EQ(sign("1.1.0").exit_code, kDone);
  const std::string good = test::read_file(file("1.1.0.flotilla"));
  std::string changed = good;
  changed[changed.size() - 1000] ^= 1;
  const std::pair<std::string, const char*> rows[] = {
      {good.substr(0, good.size() - 1), "truncated"}, {good + "x", "behind its end"}, {changed, "SHA-256"}};
  for (const auto& [bytes, cause] : rows) {
    test::write_file(file("bad.flotilla"), bytes);
    const auto ran = at_home({"release", "verify", file("bad.flotilla")});
    EXPECT_EQ(ran.exit_code, kFailed);
    EXPECT_NE(ran.err.find(cause), std::string::npos) << ran.err;
  }
}

TEST_F(CliOfflineTest, SignRefusesWhatIsNoFirmware) {
  test::write_file(file("sensor.bin"), "hello");
  const auto ran = sign("1.1.0");
  EXPECT_EQ(ran.exit_code, kFailed);
  EXPECT_NE(ran.err.find("0xE9"), std::string::npos) << ran.err;
  EXPECT_FALSE(fs::exists(file("1.1.0.flotilla")));
}

TEST_F(CliOfflineTest, SignNeverReplacesABundle) {
  ASSERT_EQ(sign("1.1.0").exit_code, kDone);
  const std::string before = test::read_file(file("1.1.0.flotilla"));
  EXPECT_EQ(sign("1.1.0").exit_code, kFailed);
  EXPECT_EQ(test::read_file(file("1.1.0.flotilla")), before);
  EXPECT_EQ(sign("1.2.0", {"-o", file("b.flotilla"), "--output", "json"}).exit_code, kUsage);  // -o twice
}

TEST_F(CliOfflineTest, FurtherKeySignsButDoesNotCount) {
  const auto made = at_home({"release", "keygen", "second"});
  ASSERT_EQ(made.exit_code, kDone) << made.err;
  EXPECT_NE(made.out.find("does not count yet"), std::string::npos);
  EXPECT_TRUE(fs::exists(file("home/authority/keys/second.key")));
  const auto alone = sign("1.1.0", {"--key", "second"});
  EXPECT_EQ(alone.exit_code, kDone);
  EXPECT_NE(alone.out.find("Careful"), std::string::npos);
  EXPECT_EQ(at_home({"release", "verify", file("1.1.0.flotilla")}).exit_code, kFailed);
  const auto both = sign("1.2.0", {"--key", "second", "--key", "release", "--output", "json"});
  EXPECT_EQ(both.json().at("trusted"), true);
  EXPECT_EQ(at_home({"release", "verify", file("1.2.0.flotilla")}).exit_code, kDone);
}

}  // namespace
}  // namespace flotilla::cli
