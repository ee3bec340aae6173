// The program virtual-esp: real boards from real provisioning, without a broker.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace flotilla {
namespace {

std::string program(const std::string& name) { return std::string(std::getenv("FLOTILLA_BIN")) + "/" + name; }

class BoardsTest : public testing::Test {
 protected:
  BoardsTest() {
    test::must_run({program("flotilla"), "init", "--dir", dir.file("fleet"), "--product", "sensor", "--broker-name",
                    "flotilla.test", "--address", "127.0.0.1", "--mqtt-port", std::to_string(test::free_port()),
                    "--https-port", std::to_string(test::free_port())});
    test::must_run({"env", "FLOTILLA_AUTHORITY=" + dir.file("fleet"), program("flotilla"), "device", "enroll", "b-1",
                    "b-2", "--hardware", "d1-mini", "--wifi-ssid", "lab"});
  }

  std::string image(const std::string& fault, const std::string& hardware = {}) {
    const std::string file = dir.file(fault + ".bin");
    std::vector<std::string> argv = {
        program("virtual-esp"), "image", "--version", "1.0.0", "--size", "50000", "--fault", fault, "-o", file};
    if (!hardware.empty()) argv.insert(argv.end(), {"--hardware", hardware});
    test::must_run(argv);
    return file;
  }
  std::vector<std::string> run_command_of(const std::vector<std::string>& ids, const std::string& image_file) const {
    std::vector<std::string> argv = {program("virtual-esp"), "run", "--state", dir.file("state"), "--provisioning"};
    for (const auto& id : ids) argv.push_back(dir.file("fleet/devices/" + id + "/provisioning.bin"));
    if (!image_file.empty()) argv.insert(argv.end(), {"--image", image_file});
    return argv;
  }
  test::Process start(const std::vector<std::string>& ids, const std::string& image_file) {
    return test::Process(run_command_of(ids, image_file), dir.file("log"));
  }
  std::string log() const { return test::read_file(dir.file("log")); }
  [[nodiscard]] bool logged(const std::string& text, std::ptrdiff_t times = 1) const {
    return test::wait_until([&] {
      const std::string all = log();
      std::ptrdiff_t found = 0;
      for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++found;
      return found >= times;
    });
  }

  test::TempDir dir;
};

TEST_F(BoardsTest, RunUntilTheyAreStopped) {
  auto boards = start({"b-1", "b-2"}, image("none"));
  EXPECT_TRUE(logged("b-1: boots 1.0.0 after reset power-on")) << log();
  EXPECT_TRUE(logged("b-2: the broker is not reachable")) << log();
  EXPECT_TRUE(logged("the running image is kept", 2)) << log();
  EXPECT_EQ(boards.end(SIGTERM), 0);
  const std::string report = test::must_run({program("virtual-esp"), "inspect", dir.file("state/b-1.flash")});
  EXPECT_NE(report.find("running: 50000 bytes"), std::string::npos) << report;
  EXPECT_NE(report.find("version 1.0.0"), std::string::npos) << report;
  EXPECT_NE(report.find("nothing to do"), std::string::npos) << report;
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
  auto boards = start({"b-1", "b-2"}, image("none"));
  ASSERT_TRUE(logged("boots 1.0.0", 2)) << log();
  boards.end(SIGTERM);
  std::string flash = test::read_file(dir.file("state/b-1.flash"));
  flash[0x8000] = static_cast<char>(flash[0x8000] ^ 1);
  test::write_file(dir.file("state/b-1.flash"), flash);
  boards = start({"b-1", "b-2"}, "");
  EXPECT_TRUE(logged("b-1: BRICKED: the image area holds a mix of two images")) << log();
  EXPECT_TRUE(logged("b-2: boots 1.0.0 after reset external")) << log();
  EXPECT_EQ(boards.end(SIGTERM), 0) << "a brick can be switched off";
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
