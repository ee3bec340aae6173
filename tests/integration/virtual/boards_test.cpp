// The program virtual-esp: real boards from real provisioning, without a broker.
#include <filesystem>
#include <string>

#include "tests/integration/virtual/boards_fixture.h"

namespace flotilla {
namespace {

TEST_F(BoardsTest, RunUntilTheyAreStopped) {
  auto boards = start({"b-1", "b-2"}, image("none"));
  EXPECT_TRUE(logged("b-1: boots 1.0.0 after reset power-on")) << log();
  EXPECT_TRUE(logged("b-2: the broker is not reachable")) << log();
  EXPECT_TRUE(logged("the running image is kept", 2)) << log();
  EXPECT_EQ(boards.end(SIGTERM), 0);
  const std::string report = test::must_run({program("virtual-esp"), "inspect", dir.file("state/b-1.flash")});
  EXPECT_NE(report.find("running: 50000 bytes"), std::string::npos) << report;
  EXPECT_NE(report.find("version 1.0.0"), std::string::npos) << report;
  EXPECT_NE(report.find("bootloader: flotilla, the image is confirmed"), std::string::npos) << report;
}

TEST_F(BoardsTest, KilledBoardsGoOnWithoutTheImageFile) {
  auto boards = start({"b-1"}, image("none"));
  ASSERT_TRUE(logged("after reset power-on")) << log();
  boards.end(SIGKILL);
  boards = start({"b-1"}, "");
  EXPECT_TRUE(logged("b-1: boots 1.0.0 after reset external")) << log();
}

TEST_F(BoardsTest, StateInUseAndNewBoardWithoutImageAreRefused) {
  auto boards = start({"b-1"}, image("none"));
  ASSERT_TRUE(logged("boots 1.0.0")) << log();
  const auto second = test::run_command(run_command_of({"b-1"}, ""));
  EXPECT_EQ(second.exit_code, 1);
  EXPECT_NE(second.output.find("in use by another virtual-esp"), std::string::npos) << second.output;
  const auto imageless = test::run_command(run_command_of({"b-2"}, ""));
  EXPECT_EQ(imageless.exit_code, 1);
  EXPECT_NE(imageless.output.find("--image"), std::string::npos) << imageless.output;
}

TEST_F(BoardsTest, OnlyAnAdoptionImageIsAdopted) {
  const std::string plain = image("none");
  const auto ran = test::run_command({program("virtual-esp"), "run", "--state", dir.file("state"), "--adopt", plain});
  EXPECT_EQ(ran.exit_code, 1);
  EXPECT_NE(ran.output.find("--adoption-image"), std::string::npos) << ran.output;
  const auto boardless = test::run_command({program("virtual-esp"), "run", "--state", dir.file("state")});
  EXPECT_EQ(boardless.exit_code, 1);
  EXPECT_NE(boardless.output.find("--provisioning or --adopt"), std::string::npos) << boardless.output;
}

TEST_F(BoardsTest, DamagedImageIsABrickAndTheOthersRun) {
  options = {"--bootloader", "stock"};
  auto boards = start({"b-1", "b-2"}, image("none"));
  ASSERT_TRUE(logged("the running image is kept", 2)) << log();
  boards.end(SIGTERM);
  damage_image("b-1");
  boards = start({"b-1", "b-2"}, "");
  EXPECT_TRUE(logged("b-1: BRICKED: the image area holds a mix of two images")) << log();
  EXPECT_TRUE(logged("b-2: boots 1.0.0 after reset external")) << log();
  EXPECT_EQ(boards.end(SIGTERM), 0) << "a brick can be switched off";
}

TEST_F(BoardsTest, OurBootloaderRepairsADamagedImage) {
  auto boards = start({"b-1"}, image("none"));
  ASSERT_TRUE(logged("the running image is kept")) << log();
  boards.end(SIGTERM);
  damage_image("b-1");
  boards = start({"b-1"}, "");
  EXPECT_TRUE(logged("b-1: crashes: the image area holds a mix of two images", 3)) << log();
  EXPECT_TRUE(logged("b-1: boots 1.0.0 after reset exception")) << log();
  EXPECT_EQ(log().find("BRICKED"), std::string::npos) << log();
}

TEST_F(BoardsTest, DamageBeforeAnythingWasKeptIsABrickWithEitherBootloader) {
  auto boards = start({"b-1"}, image("crashes-at-boot"));
  ASSERT_TRUE(logged("boots 1.0.0")) << log();
  boards.end(SIGTERM);
  damage_image("b-1");
  boards = start({"b-1"}, "");
  EXPECT_TRUE(logged("b-1: BRICKED")) << log();
}

struct Faulty {
  const char* fault;
  const char* hardware;
  const char* reset;
};

TEST_F(BoardsTest, FaultyFirmwareResetsAgainAndAgain) {
  const Faulty rows[] = {
      {"crashes-at-boot", "", "boots 1.0.0 after reset exception"},
      {"hangs", "", "boots 1.0.0 after reset watchdog"},
      {"none", "another-board", "boots 1.0.0 after reset exception"},
  };
  for (const auto& row : rows) {
    test::write_file(dir.file("log"), "");
    auto boards = start({"b-1"}, image(row.fault, row.hardware));
    EXPECT_TRUE(logged(row.reset, 2)) << row.fault << log();
    EXPECT_EQ(boards.end(SIGTERM), 0);
    std::filesystem::remove_all(dir.file("state"));
  }
}

TEST_F(BoardsTest, FirmwareWithoutNetworkSaysSo) {
  auto boards = start({"b-1"}, image("no-network"));
  EXPECT_TRUE(logged("b-1: no network")) << log();
}

}  // namespace
}  // namespace flotilla
