// What is damaged, forged or malformed gets a clear error that names the cause, and changes nothing.
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "tests/e2e/live_fleet.h"

namespace flotilla::test {
namespace {

class BadInput : public ::testing::Test {
 protected:
  // Adds the file, expects a refusal that says `cause`, and no new release.
  void expect_refused(const std::string& path, const std::string& cause) {
    const auto before = LiveFleet::ask({"release", "list"});
    const auto result = LiveFleet::flotilla({"release", "add", path});
    EXPECT_EQ(result.exit_code, 1) << result.output;
    EXPECT_NE(result.output.find(cause), std::string::npos) << "expected \"" << cause << "\" in: " << result.output;
    EXPECT_EQ(LiveFleet::ask({"release", "list"}), before);
  }
  LiveFleet fleet_{2};
};

TEST_F(BadInput, BundlesAndImages) {
  const auto good = fleet_.bundle("1.1.0");
  const auto bytes = read_file(good);
  const auto bad = fleet_.file("bad.flotilla");

  write_file(bad, std::string_view(bytes).substr(0, bytes.size() - 1000));
  expect_refused(bad, "truncated");
  write_file(bad, bytes + "more");
  expect_refused(bad, "behind its end");
  auto flipped = bytes;
  flipped[flipped.size() - 5000] = static_cast<char>(flipped[flipped.size() - 5000] ^ 1);
  write_file(bad, flipped);
  expect_refused(bad, "SHA-256");
  write_file(bad, "not a bundle at all");
  expect_refused(bad, "bundle");

  // Signed with a key that the trust store does not know.
  ASSERT_EQ(LiveFleet::flotilla({"release", "keygen", "stranger"}).exit_code, 0);
  expect_refused(fleet_.bundle("1.1.0", {}, "stranger"), "release key");

  // Bytes that change on the Pi's disk after the release was added: noticed before a board gets them.
  ASSERT_EQ(LiveFleet::flotilla({"release", "add", good}).exit_code, 0);
  const auto digest = LiveFleet::digest_of("1.1.0");
  std::string image;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(fleet_.file("data"))) {
    if (entry.path().filename().string().find(digest) != std::string::npos) image = entry.path();
  }
  ASSERT_FALSE(image.empty());
  auto content = read_file(image);
  content[1000] = static_cast<char>(content[1000] ^ 1);
  write_file(image, content);
  const auto before = LiveFleet::device("esp-01")["image_sha256"];
  const auto rollout = LiveFleet::start_rollout("1.1.0", {"--waves", "100%", "--soak", "1s"});
  fleet_.wait_for("the rollout stopped", [&] { return LiveFleet::rollout_state(rollout) != "running"; });
  const auto shown = LiveFleet::ask({"rollout", "show", std::to_string(rollout)});
  EXPECT_EQ(shown["state"], "halted");
  EXPECT_EQ(shown["reason"], "image-unusable");
  EXPECT_NE(shown["reason_text"].get<std::string>().find("SHA-256"), std::string::npos) << shown["reason_text"];
  for (const auto& id : fleet_.boards()) EXPECT_EQ(LiveFleet::device(id)["image_sha256"], before);
}

TEST_F(BadInput, MalformedHeartbeats) {
  // Everything a board could publish with its own certificate, sent by one whose real self is away.
  const auto before = LiveFleet::device("esp-01");
  fleet_.end_boards(SIGTERM);
  const auto conf = read_file(fleet_.file("fleet/pi/mosquitto.conf"));
  const auto at = conf.find("listener ") + 9;
  const auto port = conf.substr(at, conf.find_first_of(" \n", at) - at);
  const auto folder = fleet_.file("fleet/devices/esp-01/");
  const auto publish = [&](const std::string& payload) {
    must_run({"mosquitto_pub",
              "-h",
              "127.0.0.1",
              "-p",
              port,
              "--cafile",
              fleet_.file("fleet/pi/ca.crt"),
              "--cert",
              folder + "device.crt",
              "--key",
              folder + "device.key",
              "--insecure",
              "-V",
              "mqttv5",
              "-q",
              "1",
              "-t",
              "flotilla/v1/esp-01/heartbeat",
              "-m",
              payload});
  };
  const auto malformed = [] { return LiveFleet::ask({"status"})["counters"]["malformed"].get<int>(); };
  const int counted = malformed();
  publish("rubbish");
  publish(std::string(3000, 'x'));
  publish("{\"version\": 1}");
  fleet_.wait_for("three malformed heartbeats counted", [&] { return malformed() == counted + 3; });
  EXPECT_NE(fleet_.log("flotillad").find("esp-01"), std::string::npos);
  const auto after = LiveFleet::device("esp-01");
  EXPECT_EQ(after["image_sha256"], before["image_sha256"]);
  EXPECT_EQ(after["boot"], before["boot"]);
  EXPECT_TRUE(fleet_.daemon_runs());
}

}  // namespace
}  // namespace flotilla::test
