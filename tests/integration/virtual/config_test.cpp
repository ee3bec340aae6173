// A configuration from the authority to the board and back into the authority's record: real processes, a real broker.
#include <cstdlib>
#include <string>

#include <gtest/gtest.h>

#include "common/flash_map.h"
#include "common/messages.h"
#include "proto/host/codec.h"
#include "proto/provisioning_block.h"
#include "tests/e2e/live_fleet.h"

namespace flotilla::test {
namespace {

std::string private_key(const std::string& file) {
  const std::string flash = read_file(file);
  ProvisioningBlock block;
  Provisioning provisioning;
  if (!parse_provisioning_block(ByteView(flash), block) || !wire::decode(block.message, provisioning)) return {};
  return std::string(ByteView(provisioning.device_key).text());
}

TEST(Config, ARenewedKeyIsConfirmedAndKept) {
  LiveFleet fleet(1);
  const std::string id = fleet.boards().front();
  const std::string folder = fleet.file("fleet/devices/" + id);
  const std::string old_key = private_key(folder + "/provisioning.bin");
  const auto made = LiveFleet::ask({"device", "config", id, "--renew-certificate", "--heartbeat-seconds", "2",
                                    "--broker-address", "127.0.0.1", "--broker-address", "localhost"});
  const auto sent = LiveFleet::flotilla({"device", "update-config", id, made["file"].get<std::string>(), "--wait"});
  ASSERT_EQ(sent.exit_code, 0) << sent.output << fleet.log("boards");
  fleet.wait_for("the board online with its new key", [&] { return LiveFleet::device(id)["online"] == true; });
  EXPECT_EQ(private_key(folder + "/provisioning.bin"), old_key) << "the record waits for the operator";
  ASSERT_EQ(LiveFleet::flotilla({"device", "config", id, "--keep"}).exit_code, 0);
  const std::string new_key = private_key(folder + "/provisioning.bin");
  EXPECT_NE(new_key, old_key);
  fleet.end_boards(SIGTERM);
  EXPECT_NE(read_file(fleet.file("boards/" + id + ".flash")).find(new_key), std::string::npos);

  // The next one starts from what was kept.
  fleet.start_boards();
  const auto next = LiveFleet::ask({"device", "config", id, "--heartbeat-seconds", "1"});
  const auto again = LiveFleet::flotilla({"device", "update-config", id, next["file"].get<std::string>(), "--wait"});
  EXPECT_EQ(again.exit_code, 0) << again.output << fleet.log("boards");
}

}  // namespace
}  // namespace flotilla::test
