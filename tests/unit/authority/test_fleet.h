// A fleet made in a folder of its own, as `flotilla init` makes it.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "daemon/authority/authority.h"
#include "daemon/authority/init.h"
#include "tests/support/temp_dir.h"

namespace flotilla::authority {

inline constexpr std::uint64_t kNow = 1800000000;  // 2027-01-15

inline InitRequest fleet_request(const std::filesystem::path& folder) {
  InitRequest request;
  request.folder = folder;
  request.fleet.product = "sensor";
  request.fleet.broker_name = "pi.local";
  request.fleet.addresses = {"192.168.1.10", "pi.local"};
  request.fleet.heartbeat_seconds = 15;
  request.operator_name = "alice";
  request.bind_address = "127.0.0.1";
  request.broker_user = "somebody";
  request.now = kNow;
  return request;
}

class FleetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = init_fleet(fleet_request(home()));
    ASSERT_TRUE(made.ok()) << made.error().message;
  }

  std::filesystem::path home() const { return dir_.path() / "home"; }
  std::string file(const std::string& name) const { return (home() / name).string(); }
  Authority open() const {
    auto authority = Authority::open(home());
    EXPECT_TRUE(authority.ok());
    return *authority;
  }

  test::TempDir dir_;
};

}  // namespace flotilla::authority
