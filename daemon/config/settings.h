// What flotillad is told from outside. Each has one name in three forms: --mqtt-host, FLOTILLA_MQTT_HOST, mqtt-host in the
// TOML file; a flag counts before the environment, and that before the file.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>

namespace flotilla::config {

struct Settings {
  std::string config_file;  // empty: none was given
  std::string data_dir = "/var/lib/flotilla";
  std::string socket = "/run/flotilla/flotillad.sock";
  std::string product;  // empty: releases of any product

  std::string mqtt_host = "localhost";
  std::uint16_t mqtt_port = 8883;
  std::string mqtt_ca;
  std::string mqtt_cert;
  std::string mqtt_key;

  std::string https_bind = "0.0.0.0";
  std::uint16_t https_port = 8443;
  std::string https_cert;
  std::string https_key;
  std::string ca;
  std::string crl;

  std::string trust;
  std::string command_key;

  std::uint32_t heartbeat_seconds = 30;
  bool assume_clock_synchronised = false;
  std::string log_level = "info";
  bool check_config = false;  // say whether everything is there, and end
};

struct Parsed {
  std::optional<Settings> settings;  // none: the program ends with exit_code
  int exit_code = 0;                 // 0 after --help and --version, 2 for wrong usage
};

// Reads flags, environment and file. Help goes to `out`, what was wrong goes to `err`. Paths in the file are relative to
// the file, all others to the working directory.
[[nodiscard]] Parsed parse(int argc, const char* const* argv, const std::string& version, std::ostream& out,
                           std::ostream& err);

}  // namespace flotilla::config
