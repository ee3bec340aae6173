// Downloads through the whole agent: interrupted, refused, wrong.
#include "firmware-esp/src/core/downloader.h"

#include <set>

#include <gtest/gtest.h>

#include "tests/fakes/device_rig.h"

namespace flotilla {
namespace {

using fakes::DeviceRig;

TEST(Download, ResumesWithRangeAfterABrokenConnection) {
  DeviceRig rig;
  rig.server.break_after = 50'001;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  ASSERT_EQ(rig.server.begins.size(), 3u);
  EXPECT_EQ(rig.server.begins[0], 0u);
  EXPECT_GT(rig.server.begins[1], 49'000u);
  EXPECT_GT(rig.server.begins[2], 98'000u);
  EXPECT_EQ(rig.flash.unerased_writes, 0);
}

TEST(Download, ResumesAfterAResetFromTheRecordedProgress) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  const auto at = [&](std::uint32_t percent) {
    rig.mqtt.reconnect();  // a heartbeat with each look
    return rig.run_until([&] { return rig.last_heartbeat().progress_percent >= percent; }, 5);
  };
  for (int i = 0; i < 1000 && !at(70); ++i) {
  }
  ASSERT_EQ(rig.agent->state(), UpdateState::Downloading);
  rig.power_cycle();
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.server.begins, (std::vector<std::uint32_t>{0, 64 * 1024}));
}

TEST(Download, AVerifiedSlotIsHashedAgainAfterAResetAndNotFetched) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Verified));
  rig.power_cycle();
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.server.begins.size(), 1u);
}

TEST(Download, ASlotThatChangedAfterItWasVerifiedIsNotArmed) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Verified));
  rig.power_cycle();
  *rig.flash.at(flash_map::kSlotImage[1] + 1000) ^= 1;
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::DigestMismatch);
  EXPECT_EQ(rig.boot_path.armed, 0);
}

// The serial flash takes the slot that the download was filling: what the journal says about it is void.
TEST(Download, StartsOverWhenAnImageFlashedByCableTookItsSlot) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Verified));
  const auto cable = rig.add_firmware({.version = "9.0.0"});
  rig.power_cycle();
  rig.flash.place(flash_map::kImage, rig.firmware(cable).bytes.data(), rig.firmware(cable).bytes.size());
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
  EXPECT_EQ(rig.running(), &rig.newer());
  EXPECT_EQ(rig.server.begins, (std::vector<std::uint32_t>{0, 0}));
}

// The bytes went past in order and the flash lost one afterwards: only hashing the slot itself can tell.
TEST(Download, BytesThatTheFlashLosesBeforeTheEndAreFound) {
  DeviceRig rig;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  const auto* first = rig.flash.at(flash_map::kSlotImage[1]);
  ASSERT_TRUE(rig.run_until([&] { return *first != 0xFF && rig.agent->state() == UpdateState::Downloading; }));
  rig.run(10);
  *rig.flash.at(flash_map::kSlotImage[1] + 100) ^= 1;
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::DigestMismatch);
  EXPECT_EQ(rig.server.begins.size(), 1u);
  EXPECT_EQ(rig.boot_path.armed, 0);
}

struct Refusal {
  const char* name;
  int status;
};
class DownloadRefusals : public testing::TestWithParam<Refusal> {};

TEST_P(DownloadRefusals, AreAReasonToWaitUntilTheDeadline) {
  DeviceRig rig;
  rig.server.refuse_with = GetParam().status;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.step_ms = 100;
  rig.run(3000);  // of 600 seconds
  EXPECT_EQ(rig.agent->state(), UpdateState::Downloading);
  EXPECT_LT(rig.server.begins.size(), 30u) << "it backs off";
  EXPECT_GT(rig.server.begins.size(), 5u);
  rig.server.refuse_with = 0;
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
}

INSTANTIATE_TEST_SUITE_P(Statuses, DownloadRefusals,
                         testing::Values(Refusal{"Forbidden", 403}, Refusal{"NotFound", 404}, Refusal{"Broken", 503}),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Download, RefusedUntilTheDeadlineSaysSo) {
  DeviceRig rig;
  rig.server.refuse_with = 403;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.step_ms = 100;
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::DownloadRefused);
  rig.run(2);
  EXPECT_NE(rig.last_heartbeat().error_text.view().find("403"), std::string_view::npos);
}

TEST(Download, UnreachableUntilTheDeadline) {
  DeviceRig rig;
  rig.server.silent = true;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.step_ms = 100;
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::DownloadDeadline);
  EXPECT_GT(rig.server.begins.size(), 2u) << "a connection without a byte for a minute is made anew";
}

TEST(Download, AServerThatDripsIsEndedByTheDeadline) {
  DeviceRig rig;
  rig.server.chunk = 4;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.step_ms = 1000;
  ASSERT_TRUE(rig.run_to(UpdateState::Failed, 700));
  EXPECT_EQ(rig.agent->error(), Reason::DownloadDeadline);
}

TEST(Download, TriesAreSpreadBetweenHalfAndTheWholeDelay) {
  DeviceRig rig;
  rig.server.refuse_with = 403;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.step_ms = 100;
  std::vector<std::uint64_t> tries;  // in milliseconds
  while (rig.agent->state() == UpdateState::Downloading && rig.step()) {
    if (rig.server.begins.size() > tries.size()) tries.push_back(rig.clock.monotonic_ms());
  }
  ASSERT_GT(tries.size(), 12u);
  std::set<std::uint64_t> delays;
  for (std::size_t i = 8; i < tries.size(); ++i) {  // from here on the delay is a minute
    const auto delay = tries[i] - tries[i - 1];
    EXPECT_GE(delay, 29'000u);
    EXPECT_LE(delay, 61'000u);
    delays.insert(delay);
  }
  EXPECT_GT(delays.size(), 2u);
}

TEST(Download, TheDeadlineSpansResets) {
  DeviceRig rig;
  rig.server.silent = true;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.step_ms = 1000;
  rig.run(400);  // of 600
  ASSERT_EQ(rig.agent->state(), UpdateState::Downloading);
  rig.power_cycle();
  ASSERT_TRUE(rig.run_to(UpdateState::Failed, 300));
  EXPECT_EQ(rig.agent->error(), Reason::DownloadDeadline);
}

TEST(Download, ChangedBytesAreFound) {
  DeviceRig rig;
  rig.server.files["/1.1.0"][70'000] ^= 1;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::DigestMismatch);
  EXPECT_EQ(rig.boot_path.armed, 0);
  EXPECT_EQ(rig.running(), &rig.old());
}

TEST(Download, BytesThatFlashDidNotTakeAreFound) {
  DeviceRig rig;
  rig.flash.corrupt_at = flash_map::kSlotImage[1] + 64 * 1024;
  rig.server.chunk = 1024;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::FlashError);
  EXPECT_EQ(rig.boot_path.armed, 0);
}

TEST(Download, AnotherSizeThanSignedIsRefused) {
  DeviceRig rig;
  rig.server.files["/1.1.0"] += "more";
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::SizeMismatch);
}

TEST(Download, MoreBytesThanSignedAreNeverWritten) {
  DeviceRig rig;
  rig.server.tells_size = false;
  rig.server.files["/1.1.0"] += std::string(5000, 'x');
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::SizeMismatch);
  EXPECT_EQ(*rig.flash.at(flash_map::kSlotImage[1] + DeviceRig::kImageSize), 0xFF);
}

TEST(Download, FewerBytesThanSignedAreRefused) {
  DeviceRig rig;
  rig.server.tells_size = false;
  rig.server.files["/1.1.0"].resize(100'000);
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::SizeMismatch);
}

TEST(Download, ARangeThatTheServerDoesNotHaveIsASizeMismatch) {
  DeviceRig rig;
  rig.server.refuse_with = 416;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::SizeMismatch);
}

TEST(Download, SignedBytesThatAreNoImageAreNotArmed) {
  DeviceRig rig;
  auto& firmware = rig.newer();
  firmware.bytes[0] = 0x42;
  firmware.sha256 = rig.crypto.hash(ByteView(std::string_view(firmware.bytes)));
  rig.server.files["/1.1.0"] = firmware.bytes;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Failed));
  EXPECT_EQ(rig.agent->error(), Reason::BadImage);
}

struct PaceCase {
  const char* name;
  std::uint32_t bytes_per_second;
  std::uint64_t step_ms;
};
class Pace : public testing::TestWithParam<PaceCase> {};

// Never more than the pace and one buffer, and not much less: however short or long the sketch's own loop takes.
TEST_P(Pace, HoldsOverTheWholeDownload) {
  const auto& pace = GetParam();
  DeviceRig rig;
  rig.server.chunk = 100'000;
  rig.config.download_bytes_per_second = pace.bytes_per_second;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  ASSERT_TRUE(rig.run_until([&] { return !rig.server.begins.empty(); }));
  const auto began = rig.clock.monotonic_ms();
  rig.step_ms = pace.step_ms;
  const auto earned = [&] { return (rig.clock.monotonic_ms() - began) * pace.bytes_per_second / 1000; };
  while (rig.server.delivered < DeviceRig::kImageSize) {
    ASSERT_TRUE(rig.step());
    ASSERT_LE(rig.server.delivered, earned() + sizeof(Scratch));
  }
  EXPECT_LE(earned(), DeviceRig::kImageSize * 11 / 10);
  ASSERT_TRUE(rig.run_to(UpdateState::Confirmed));
}

INSTANTIATE_TEST_SUITE_P(Paces, Pace,
                         testing::Values(PaceCase{"OneKilobyte", 1000, 10}, PaceCase{"Odd", 777, 7},
                                         PaceCase{"Fast", 40'000, 3}, PaceCase{"SlowLoop", 2000, 120}),
                         [](const auto& param) { return std::string(param.param.name); });

TEST(Download, HeartbeatsGoOnWhileItIsPaced) {
  DeviceRig rig;
  rig.config.download_bytes_per_second = 500;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  const auto before = rig.mqtt.heartbeats.size();
  rig.step_ms = 50;
  ASSERT_TRUE(rig.run_to(UpdateState::Verified));
  const auto& heartbeats = rig.mqtt.heartbeats;
  ASSERT_GE(heartbeats.size(), before + 8) << "280 seconds of download";
  for (std::size_t i = before + 1; i < heartbeats.size(); ++i) {
    EXPECT_LE(heartbeats[i].uptime_seconds - heartbeats[i - 1].uptime_seconds, 34u);
    EXPECT_GE(heartbeats[i].progress_percent, heartbeats[i - 1].progress_percent);
  }
}

TEST(Download, APaceThatIsTooSlowEndsWithTheDeadline) {
  DeviceRig rig;
  rig.config.download_bytes_per_second = 100;
  rig.mqtt.retain(rig.install());
  ASSERT_TRUE(rig.run_to(UpdateState::Downloading));
  rig.step_ms = 1000;
  ASSERT_TRUE(rig.run_to(UpdateState::Failed, 700));
  EXPECT_EQ(rig.agent->error(), Reason::DownloadDeadline);
}

}  // namespace
}  // namespace flotilla
