#include "firmware-esp/src/core/board.h"

#include <gtest/gtest.h>

#include "proto/provisioning_block.h"
#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

class BoardTest : public testing::Test {
 protected:
  std::string provisioning(const std::string& signed_trust, const char* ssid) {
    Provisioning out = rig_.provisioning;
    out.wifi_ssid.assign_cut(ssid);
    out.signed_trust_store = wire::view(signed_trust);
    return wire::encode(out);
  }
  std::string signed_trust(std::uint8_t key = fakes::kRootKey) {
    return rig_.sign(Role::Trust, wire::encode(rig_.board.trust), key);
  }
  void place(int copy, std::uint32_t version, const std::string& message) {
    std::vector<std::uint8_t> block(flash_map::kProvisioningSize, 0xFF);
    ASSERT_NE(write_provisioning_block(version, wire::view(message), block.data(), block.size()), 0u);
    rig_.flash.place(flash_map::kProvisioning[copy], block.data(), block.size());
  }
  BoardCheck load() {
    return load_board(rig_.flash, rig_.crypto, workspace_.data(), workspace_.size(), provisioning_, board_);
  }

  DeviceRig rig_{4096};
  std::vector<std::uint8_t> workspace_ = std::vector<std::uint8_t>(flash_map::kProvisioningSize);
  Provisioning provisioning_;
  Board board_;
};

TEST_F(BoardTest, EmptyFlashIsNotProvisioned) { EXPECT_EQ(load(), BoardCheck::NotProvisioned); }

TEST_F(BoardTest, OneGoodCopyIsEnough) {
  for (const int copy : {0, 1}) {
    rig_.flash.place(flash_map::kProvisioning[1 - copy], std::string(64, '\xFF').data(), 64);
    place(copy, 1, provisioning(signed_trust(), "home"));
    ASSERT_EQ(load(), BoardCheck::Good) << copy;
    EXPECT_EQ(provisioning_.wifi_ssid.view(), "home");
    EXPECT_EQ(board_.device_id.view(), "node-1");
    EXPECT_EQ(board_.trust.command_keys, rig_.board.trust.command_keys);
  }
}

TEST_F(BoardTest, TheHigherVersionCounts) {
  place(0, 1, provisioning(signed_trust(), "old"));
  place(1, 2, provisioning(signed_trust(), "new"));
  ASSERT_EQ(load(), BoardCheck::Good);
  EXPECT_EQ(provisioning_.wifi_ssid.view(), "new");
  place(0, 3, provisioning(signed_trust(), "newest"));
  ASSERT_EQ(load(), BoardCheck::Good);
  EXPECT_EQ(provisioning_.wifi_ssid.view(), "newest");
}

TEST_F(BoardTest, TheJournalsChoiceCountsWhereItIsGood) {
  place(0, 1, provisioning(signed_trust(), "old"));
  place(1, 2, provisioning(signed_trust(), "new"));
  Ledger ledger(rig_.flash);
  ASSERT_TRUE(ledger.open());
  ASSERT_TRUE(ledger.use_config(1));
  ASSERT_EQ(load(), BoardCheck::Good);
  EXPECT_EQ(provisioning_.wifi_ssid.view(), "old");
  EXPECT_EQ(board_.config_version, 1u);
  EXPECT_EQ(board_.config_copy, 0u);
  ASSERT_TRUE(ledger.use_config(7));
  ASSERT_EQ(load(), BoardCheck::Good);
  EXPECT_EQ(provisioning_.wifi_ssid.view(), "new") << "no copy has the version that is wanted";
  ASSERT_TRUE(ledger.use_config(1));
  place(0, 1, std::string("\xFF\xFF\xFF\xFF", 4));
  ASSERT_EQ(load(), BoardCheck::Good);
  EXPECT_EQ(provisioning_.wifi_ssid.view(), "new") << "a good CRC around nonsense";
  EXPECT_EQ(board_.config_copy, 1u);
  place(0, 1, provisioning(signed_trust(99), "old"));
  ASSERT_EQ(load(), BoardCheck::Good);
  EXPECT_EQ(provisioning_.wifi_ssid.view(), "new") << "a trust store that its roots did not sign";
}

TEST_F(BoardTest, ADamagedHigherVersionDoesNotCount) {
  place(0, 1, provisioning(signed_trust(), "old"));
  place(1, 2, provisioning(signed_trust(), "new"));
  *rig_.flash.at(flash_map::kProvisioning[1] + 30) ^= 1;
  ASSERT_EQ(load(), BoardCheck::Good);
  EXPECT_EQ(provisioning_.wifi_ssid.view(), "old");
}

TEST_F(BoardTest, TheTrustStoreMustBeSignedByItsOwnRoots) {
  place(0, 1, provisioning(signed_trust(99), "home"));
  EXPECT_EQ(load(), BoardCheck::UnsignedTrust);
}

TEST_F(BoardTest, TheTrustStoreMustBeSound) {
  rig_.board.trust.root_threshold = 2;  // of one key
  place(0, 1, provisioning(signed_trust(), "home"));
  EXPECT_EQ(load(), BoardCheck::UnsoundTrust);
  place(0, 1, provisioning("no envelope", "home"));
  EXPECT_EQ(load(), BoardCheck::UnsoundTrust);
}

TEST_F(BoardTest, AMessageThatDoesNotDecodeIsNamed) {
  place(0, 1, std::string("\xFF\xFF\xFF\xFF", 4));
  EXPECT_EQ(load(), BoardCheck::Malformed);
}

// 4,294,968 s would be 704 ms in 32 bits: a board that floods its broker.
TEST_F(BoardTest, AnAbsurdHeartbeatIntervalIsMalformed) {
  rig_.provisioning.heartbeat_seconds = 86'400;
  place(0, 1, provisioning(signed_trust(), "home"));
  EXPECT_EQ(load(), BoardCheck::Good);
  rig_.provisioning.heartbeat_seconds = 4'294'968;
  place(0, 1, provisioning(signed_trust(), "home"));
  EXPECT_EQ(load(), BoardCheck::Malformed);
}

TEST_F(BoardTest, AShortWorkspaceIsNamed) {
  place(0, 1, provisioning(signed_trust(), "home"));
  workspace_.resize(100);
  EXPECT_EQ(load(), BoardCheck::TooLarge);
}

TEST_F(BoardTest, DeadFlashIsNamed) {
  rig_.flash.cut_at(1, fakes::Damage::None);
  EXPECT_FALSE(rig_.flash.erase_sector(0));
  EXPECT_EQ(load(), BoardCheck::Unreadable);
}

}  // namespace
}  // namespace flotilla
