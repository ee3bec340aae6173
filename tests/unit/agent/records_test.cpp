#include "firmware-esp/src/core/records.h"

#include <gtest/gtest.h>

#include "firmware-esp/src/core/ledger.h"
#include "tests/fakes/device_flash.h"

namespace flotilla {
namespace {

AttemptRecord largest_attempt() {
  AttemptRecord attempt;
  attempt.command = {7, 4000000000, {}};
  attempt.command.digest.bytes.fill(0xD1);
  attempt.attempt_id = 0x1122334455667788;
  attempt.kind = AttemptKind::Revert;
  attempt.trial_boots = 8;
  attempt.download_seconds = 1;
  attempt.trial_seconds = 2;
  attempt.trial_maximum_seconds = 3;
  attempt.image_size = 4;
  attempt.image_sha256.bytes.fill(0xA5);
  attempt.release_counter = 5;
  attempt.security_floor = 6;
  attempt.created_at = 0xFFEEDDCCBBAA9988;
  attempt.version.assign_cut(std::string(kMaxVersion, '1'));
  attempt.path.assign_cut(std::string(kMaxPath, 'p'));
  return attempt;
}

TEST(Records, LargestAttemptComesBackWhole) {
  fakes::DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  const AttemptRecord in = largest_attempt();
  ASSERT_TRUE(store(journal, in));
  AttemptRecord out;
  ASSERT_TRUE(load(journal, out));
  EXPECT_EQ(out.command.trust_version, in.command.trust_version);
  EXPECT_EQ(out.command.sequence, in.command.sequence);
  EXPECT_EQ(out.command.digest, in.command.digest);
  EXPECT_EQ(out.attempt_id, in.attempt_id);
  EXPECT_EQ(out.kind, in.kind);
  EXPECT_EQ(out.trial_boots, in.trial_boots);
  EXPECT_EQ(out.trial_maximum_seconds, in.trial_maximum_seconds);
  EXPECT_EQ(out.image_size, in.image_size);
  EXPECT_EQ(out.image_sha256, in.image_sha256);
  EXPECT_EQ(out.security_floor, in.security_floor);
  EXPECT_EQ(out.created_at, in.created_at);
  EXPECT_EQ(out.version, in.version);
  EXPECT_EQ(out.path, in.path);
}

TEST(Records, LargestImageRecordComesBackWhole) {
  fakes::DeviceFlash flash;
  Journal journal(flash);
  ASSERT_TRUE(journal.open());
  ConfirmedRecord in;
  in.tag = 0x0102030405060708;
  in.slot = 1;
  in.image_size = 1000000;
  in.image_sha256.bytes.fill(0xE7);
  in.release_counter = 9;
  in.security_floor = 8;
  in.clock_floor = 1800000000;
  in.version.assign_cut(std::string(kMaxVersion, '9'));
  ASSERT_TRUE(store(journal, in));
  ConfirmedRecord out;
  ASSERT_TRUE(load(journal, out));
  EXPECT_EQ(out.tag, in.tag);
  EXPECT_EQ(out.slot, 1);
  EXPECT_EQ(out.image_size, in.image_size);
  EXPECT_EQ(out.image_sha256, in.image_sha256);
  EXPECT_EQ(out.release_counter, 9u);
  EXPECT_EQ(out.security_floor, 8u);
  EXPECT_EQ(out.clock_floor, 1800000000u);
  EXPECT_EQ(out.version, in.version);
}

TEST(Ledger, AnAcceptedOrderStartsWithoutItsPredecessorsState) {
  fakes::DeviceFlash flash;
  Ledger ledger(flash);
  ASSERT_TRUE(ledger.open());
  EXPECT_EQ(ledger.state(), UpdateState::Idle);
  AttemptRecord first = largest_attempt();
  first.command.sequence = 1;
  ASSERT_TRUE(ledger.accept(first));
  ASSERT_TRUE(ledger.move(UpdateEvent::StartDownload));
  ASSERT_TRUE(ledger.record_progress(65536, 12));
  ASSERT_TRUE(ledger.move(UpdateEvent::Fail, Reason::DigestMismatch));
  AttemptRecord second = first;
  second.command.sequence = 2;
  second.command.digest.bytes.fill(0x33);
  ASSERT_TRUE(ledger.accept(second));

  Ledger again(flash);
  ASSERT_TRUE(again.open());
  EXPECT_EQ(again.state(), UpdateState::Accepted);
  EXPECT_EQ(again.reason(), Reason::None);
  EXPECT_EQ(again.progress().bytes, 0u);
  EXPECT_EQ(again.last_command(7).sequence, 2u);
  EXPECT_EQ(again.last_command(8).sequence, 0u) << "the sequence restarts with each trust version";
}

TEST(Ledger, APairOutsideTheTableChangesNothing) {
  fakes::DeviceFlash flash;
  Ledger ledger(flash);
  ASSERT_TRUE(ledger.open());
  EXPECT_FALSE(ledger.move(UpdateEvent::Confirm));
  EXPECT_EQ(ledger.state(), UpdateState::Idle);
}

TEST(Ledger, FloorsOnlyRise) {
  fakes::DeviceFlash flash;
  Ledger ledger(flash);
  ASSERT_TRUE(ledger.open());
  ASSERT_TRUE(ledger.confirm_running(0, 100, {}, VersionText("1.0.0")));
  AttemptRecord attempt = largest_attempt();
  attempt.security_floor = 5;
  attempt.created_at = 1000;
  ASSERT_TRUE(ledger.accept(attempt));
  ASSERT_TRUE(ledger.confirm_attempt());
  EXPECT_EQ(ledger.confirmed().slot, 1);
  EXPECT_EQ(ledger.previous().slot, 0);
  attempt.command.digest.bytes.fill(1);
  attempt.security_floor = 2;
  attempt.created_at = 900;
  ASSERT_TRUE(ledger.move(UpdateEvent::Fail, Reason::Cancelled));
  ASSERT_TRUE(ledger.accept(attempt));
  ASSERT_TRUE(ledger.confirm_attempt());
  EXPECT_EQ(ledger.confirmed().security_floor, 5u);
  EXPECT_EQ(ledger.confirmed().clock_floor, 1000u);
  EXPECT_EQ(ledger.confirmed().slot, 0);
}

}  // namespace
}  // namespace flotilla
