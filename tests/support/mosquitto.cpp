#include "tests/support/mosquitto.h"

#include <filesystem>
#include <stdexcept>
#include <unistd.h>

namespace flotilla::test {

const char* const kProjectAcl = R"(
pattern write flotilla/v1/%u/heartbeat
pattern write flotilla/v1/%u/presence
pattern read flotilla/v1/%u/command
pattern write sensors/%u/#

user _flotillad
topic read flotilla/v1/+/heartbeat
topic read flotilla/v1/+/presence
topic write flotilla/v1/+/command
)";

Mosquitto::Mosquitto(TestAuthority& authority, const std::vector<std::string>& names)
    : authority_(authority), certificate_(authority.issue_server("_broker", names)), port_(free_port()) {
  write_acl(kProjectAcl);
  write_file(dir_.file("mosquitto.conf"), configuration());
}

std::string Mosquitto::configuration() const {
  std::string text;
  const auto line = [&text](const std::string& content) { text += content + '\n'; };
  if (geteuid() == 0) line("user root");  // or it gives up its rights and cannot read the test's folder
  line("per_listener_settings false");
  line("listener " + std::to_string(port_) + " 127.0.0.1");
  line("cafile " + authority_.ca());
  line("crlfile " + authority_.crl());
  line("certfile " + certificate_.certificate);
  line("keyfile " + certificate_.key);
  line("require_certificate true");
  line("use_identity_as_username true");
  line("use_username_as_clientid true");
  line("allow_anonymous false");
  line("acl_file " + dir_.file("acl"));
  line("persistence true");
  line("persistence_location " + dir_.path().string() + "/");
  line("autosave_interval 30");
  line("max_inflight_messages 1000");
  line("max_queued_messages 1000000");
  line("set_tcp_nodelay true");
  line("log_type all");
  return text;
}

void Mosquitto::add_configuration(const std::string& line) {
  const std::string path = dir_.file("mosquitto.conf");
  write_file(path, read_file(path) + line + '\n');
}

void Mosquitto::write_acl(const std::string& acl) {
  write_file(dir_.file("acl"), acl);
  std::filesystem::permissions(dir_.file("acl"),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

void Mosquitto::start() {
  // Debian puts the broker where only root's PATH looks.
  const std::string program = std::filesystem::exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
  process_ = Process({program, "-c", dir_.file("mosquitto.conf")}, dir_.file("log"));
  if (!wait_until([this] { return port_answers(port_) || !process_.running(); }) || !process_.running()) {
    throw std::runtime_error("mosquitto did not start:\n" + log());
  }
}

void Mosquitto::forget_everything() { std::filesystem::remove(dir_.file("mosquitto.db")); }

std::string Mosquitto::log() const { return read_file(dir_.file("log")); }

}  // namespace flotilla::test
