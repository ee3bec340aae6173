// Boards of the program virtual-esp, from real provisioning, without a broker.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace flotilla {

inline std::string program(const std::string& name) { return std::string(std::getenv("FLOTILLA_BIN")) + "/" + name; }

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
    argv.insert(argv.end(), options.begin(), options.end());
    return argv;
  }
  test::Process start(const std::vector<std::string>& ids, const std::string& image_file) {
    return test::Process(run_command_of(ids, image_file), dir.file("log"));
  }
  void damage_image(const std::string& id) const {
    std::string flash = test::read_file(dir.file("state/" + id + ".flash"));
    flash[0x8000] = static_cast<char>(flash[0x8000] ^ 1);
    test::write_file(dir.file("state/" + id + ".flash"), flash);
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
  std::vector<std::string> options;  // further ones of `virtual-esp run`
};

}  // namespace flotilla
