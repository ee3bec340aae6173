#include "tests/e2e/live_fleet.h"

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <utility>

namespace flotilla::test {
namespace {

std::string program(const std::string& name) {
  const char* folder = std::getenv("FLOTILLA_BIN");
  if (folder == nullptr) throw std::runtime_error("FLOTILLA_BIN is not set: run this test by ctest");
  return std::string(folder) + "/" + name;
}

std::string last_lines(const std::string& text, std::size_t bytes) {
  return text.size() <= bytes ? text : "..." + text.substr(text.size() - bytes);
}

}  // namespace

LiveFleet::LiveFleet(int boards, int sector_ms, std::vector<std::string> board_options)
    : sector_ms_(sector_ms), board_options_(std::move(board_options)) {
  std::filesystem::permissions(dir_.path(), std::filesystem::perms(0755));  // mosquitto gives up root
  setenv("FLOTILLA_AUTHORITY", file("fleet").c_str(), 1);
  setenv("FLOTILLA_SOCKET", file("flotillad.sock").c_str(), 1);
  const auto mqtt = free_port();
  auto https = free_port();
  while (https == mqtt) https = free_port();
  must_run({program("flotilla"), "init", "--dir", file("fleet"), "--product", "sensor", "--broker-name",
            "flotilla.local", "--address", "127.0.0.1", "--bind", "127.0.0.1", "--mqtt-port", std::to_string(mqtt),
            "--https-port", std::to_string(https), "--heartbeat", "1"});
  std::vector<std::string> enroll = {program("flotilla"), "device",      "enroll", "--hardware",
                                     "d1-mini",           "--wifi-ssid", "lab"};
  for (int i = 1; i <= boards; ++i) ids_.push_back((i < 10 ? "esp-0" : "esp-") + std::to_string(i));
  enroll.insert(enroll.end(), ids_.begin(), ids_.end());
  must_run(enroll);
  must_run({program("virtual-esp"), "image", "--version", "1.0.0", "--hardware", "d1-mini", "--size", "200000", "-o",
            file("sensor-1.0.0.bin")});
  start_broker();
  start_daemon();
  start_boards();
  wait_for("all boards online", [this] {
    std::size_t online = 0;
    for (const auto& board : devices()) online += board["online"].get<bool>() ? 1U : 0U;
    return online == ids_.size();
  });
}

LiveFleet::~LiveFleet() {
  boards_.end(SIGKILL);
  daemon_.end(SIGKILL);
  broker_.end(SIGKILL);
}

void LiveFleet::start_broker() {
  broker_ = Process({"mosquitto", "-c", file("fleet/pi/mosquitto.conf")}, file("mosquitto.log"));
}

void LiveFleet::forget_broker_state() {
  for (const auto& entry : std::filesystem::recursive_directory_iterator(file("fleet/pi"))) {
    if (entry.path().extension() == ".db") std::filesystem::remove(entry.path());
  }
}

void LiveFleet::start_daemon() {
  daemon_ = Process({program("flotillad"), "--config", file("fleet/pi/flotillad.toml"), "--socket",
                     file("flotillad.sock"), "--data-dir", file("data"), "--assume-clock-synchronised"},
                    file("flotillad.log"));
  const bool up = wait_until([] { return flotilla({"status"}).exit_code == 0; });
  if (!up) throw std::runtime_error("flotillad does not answer\n" + diagnosis());
}

void LiveFleet::start_boards() {
  std::vector<std::string> run = {
      program("virtual-esp"),    "run", "--state", file("boards"), "--image", file("sensor-1.0.0.bin"), "--sector-ms",
      std::to_string(sector_ms_)};
  run.insert(run.end(), board_options_.begin(), board_options_.end());
  run.emplace_back("--provisioning");
  for (const auto& id : ids_) run.push_back(file("fleet/devices/" + id + "/provisioning.bin"));
  boards_ = Process(run, file("boards.log"));
}

CommandResult LiveFleet::flotilla(const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {program("flotilla")};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run_command(all);
}

nlohmann::json LiveFleet::ask(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"-o", "json"});
  const auto result = flotilla(arguments);
  if (result.exit_code != 0) throw std::runtime_error("flotilla " + arguments[0] + ": " + result.output);
  return nlohmann::json::parse(result.output);
}

std::string LiveFleet::bundle(const std::string& version, const std::string& fault, const std::string& key) {
  const auto image = file("sensor-" + version + ".bin");
  std::vector<std::string> make = {
      program("virtual-esp"), "image", "--version", version, "--hardware", "d1-mini", "--size", "200000", "-o", image};
  if (!fault.empty()) make.insert(make.end(), {"--fault", fault});
  must_run(make);
  const auto path = file("sensor-" + version + key + ".flotilla");
  std::vector<std::string> sign = {program("flotilla"), "release", "sign", image, "--version", version,
                                   "--hardware",        "d1-mini", "-o",   path};
  if (!key.empty()) sign.insert(sign.end(), {"--key", key});
  must_run(sign);
  return path;
}

void LiveFleet::release(const std::string& version, const std::string& fault) {
  must_run({program("flotilla"), "release", "add", bundle(version, fault)});
}

std::uint64_t LiveFleet::start_rollout(const std::string& version, const std::vector<std::string>& options) {
  std::vector<std::string> start = {"rollout", "start", version};
  start.insert(start.end(), options.begin(), options.end());
  return ask(start)["id"].get<std::uint64_t>();
}

std::string LiveFleet::rollout_state(std::uint64_t id) {
  return ask({"rollout", "show", std::to_string(id)})["state"].get<std::string>();
}

nlohmann::json LiveFleet::devices() { return ask({"device", "list"}).at("devices"); }

nlohmann::json LiveFleet::members(std::uint64_t rollout) {
  return ask({"rollout", "show", std::to_string(rollout)}).at("members");
}

nlohmann::json LiveFleet::device(const std::string& id) { return ask({"device", "show", id}); }

std::string LiveFleet::digest_of(const std::string& version) {
  return ask({"release", "show", version})["image_sha256"].get<std::string>();
}

void LiveFleet::wait_for(const std::string& what, const std::function<bool()>& condition, int seconds) {
  if (!wait_until(condition, std::chrono::seconds(seconds))) {
    throw std::runtime_error("never seen: " + what + "\n" + diagnosis());
  }
}

void LiveFleet::wait_all_run(const std::string& version, int seconds) {
  const auto digest = digest_of(version);
  wait_for(
      "all boards on " + version,
      [&] {
        for (const auto& board : devices()) {
          if (!board["online"].get<bool>() || board["image_sha256"] != digest) return false;
        }
        return true;
      },
      seconds);
}

std::string LiveFleet::diagnosis() const {
  std::string out;
  for (const std::string name : {"mosquitto", "flotillad", "boards"}) {
    if (std::filesystem::exists(file(name + ".log"))) out += "--- " + name + "\n" + last_lines(log(name), 4000) + "\n";
  }
  return out + "--- devices\n" + flotilla({"device", "list"}).output + flotilla({"rollout", "list"}).output;
}

}  // namespace flotilla::test
