// Every fault a virtual image can have, in a whole fleet of one board: it goes back by itself, for the right reason, and
// can be updated afterwards.
#include <string>

#include <gtest/gtest.h>

#include "tests/e2e/live_fleet.h"

namespace flotilla::test {
namespace {

struct Row {
  const char* version;
  const char* fault;
  const char* reason;
};

TEST(Faults, EachIsRolledBackForItsReason) {
  const Row rows[] = {
      {"1.1.0", "selftest-fails", "SelfTest"},
      {"1.2.0", "crashes-at-boot", "Crash"},
      {"1.3.0", "hangs", "Crash"},
      {"1.4.0", "no-network", "NoWifi"},
  };
  LiveFleet fleet(1);
  const std::string id = fleet.boards().front();
  const auto good = LiveFleet::device(id)["image_sha256"].get<std::string>();
  for (const auto& row : rows) {
    fleet.release(row.version, row.fault);
    LiveFleet::start_rollout(row.version, {"--waves", "100%", "--soak", "1s", "--trial", "10s", "--trial-boots", "2"});
    fleet.wait_for(std::string("the way back from ") + row.fault, [&] {
      const auto device = LiveFleet::device(id);
      return device["update"]["state"] == "rolled-back" && device["update"]["reason"] == row.reason &&
             device["image_sha256"] == good;
    });
  }
  fleet.release("2.0.0");
  LiveFleet::start_rollout("2.0.0", {"--waves", "100%", "--soak", "1s"});
  fleet.wait_all_run("2.0.0");
}

}  // namespace
}  // namespace flotilla::test
