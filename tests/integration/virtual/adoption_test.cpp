// A board with somebody's old firmware, from its adoption image to a managed update: real processes, a real broker. The
// firmware file is the one that was signed as the release.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "common/flash_map.h"
#include "common/messages.h"
#include "proto/host/codec.h"
#include "proto/provisioning_block.h"
#include "tests/e2e/live_fleet.h"

namespace flotilla::test {
namespace {

constexpr const char* kId = "old-timer";
constexpr const char* kPassword = "a password that is in one place";

std::string program(const std::string& name) { return std::string(std::getenv("FLOTILLA_BIN")) + "/" + name; }

std::string private_key(const LiveFleet& fleet) {
  const std::string flash = read_file(fleet.file("fleet/devices/" + std::string(kId) + "/provisioning.bin"));
  ProvisioningBlock block;
  Provisioning provisioning;
  if (!parse_provisioning_block(ByteView(flash), block) || !wire::decode(block.message, provisioning)) return {};
  return std::string(ByteView(provisioning.device_key).text());
}

void expect_only_in_provisioning(const std::string& flash, const std::string& secret) {
  ASSERT_FALSE(secret.empty());
  int found = 0;
  for (auto at = flash.find(secret); at != std::string::npos; at = flash.find(secret, at + 1), ++found) {
    EXPECT_GE(at, flash_map::kProvisioning[0]);
    EXPECT_LT(at, flash_map::kProvisioning[1] + flash_map::kProvisioningSize);
  }
  EXPECT_EQ(found, 1);
}

class AdoptionTest : public testing::Test {
 protected:
  AdoptionTest() {
    must_run({program("flotilla"), "release", "sign", fleet.file("sensor-1.0.0.bin"), "--version", "1.0.0",
              "--hardware", "d1-mini", "-o", fleet.file("base.flotilla")});
    must_run({program("flotilla"), "release", "add", fleet.file("base.flotilla")});
    write_file(fleet.file("wifi"), kPassword);
    std::filesystem::permissions(fleet.file("wifi"), std::filesystem::perms(0600));
    must_run({program("flotilla"), "device", "enroll", kId, "--hardware", "d1-mini", "--wifi-ssid", "lab",
              "--wifi-password-file", fleet.file("wifi"), "--firmware", fleet.file("sensor-1.0.0.bin"),
              "--adoption-image", fleet.file("adoption.bin")});
    start();
  }
  void start() {
    board =
        Process({program("virtual-esp"), "run", "--adopt", fleet.file("adoption.bin"), "--state", fleet.file("old")},
                fleet.file("old.log"));
  }
  [[nodiscard]] std::string flash() const { return read_file(fleet.file("old/" + std::string(kId) + ".flash")); }
  [[nodiscard]] static bool runs(const std::string& version) {
    for (const auto& device : LiveFleet::devices()) {
      if (device["id"] == kId)
        return device["online"] == true && device["image_sha256"] == LiveFleet::digest_of(version);
    }
    return false;
  }

  LiveFleet fleet{1};
  Process board;
};

TEST_F(AdoptionTest, TheBoardIsManagedAndItsSecretsAreInOnePlace) {
  fleet.wait_for("the adopted board on the release's own image", [] { return runs("1.0.0"); });
  EXPECT_EQ(count_of(fleet.log("old"), "adoption: took over the provisioning"), 1U) << fleet.log("old");
  EXPECT_NE(read_file(fleet.file("adoption.bin")).find(private_key(fleet)), std::string::npos);
  expect_only_in_provisioning(flash(), private_key(fleet));
  expect_only_in_provisioning(flash(), kPassword);

  board.end(SIGKILL);  // a reset: nothing is adopted twice
  start();
  fleet.release("1.1.0");
  const auto rollout = LiveFleet::start_rollout("1.1.0", {"--waves", "100%", "--soak", "1s", "--trial", "60s"});
  fleet.wait_for("the end of the rollout", [&] { return LiveFleet::rollout_state(rollout) == "completed"; });
  EXPECT_TRUE(runs("1.1.0"));
  EXPECT_EQ(LiveFleet::device(kId)["update"]["state"], "confirmed");
  EXPECT_EQ(count_of(fleet.log("old"), "adoption:"), 1U) << fleet.log("old");
  EXPECT_EQ(board.end(SIGTERM), 0);
  expect_only_in_provisioning(flash(), private_key(fleet));
  expect_only_in_provisioning(flash(), kPassword);
}

}  // namespace
}  // namespace flotilla::test
