#include "daemon/config/settings.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <set>
#include <type_traits>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "daemon/config/toml.h"
#include "daemon/log/log.h"

namespace flotilla::config {
namespace {

constexpr int kWrongUsage = 2;

constexpr const char* kFooter = R"(
Each option is also an environment variable (--mqtt-host: FLOTILLA_MQTT_HOST) and a key of the TOML file
(mqtt-host = "localhost"). A flag counts before the environment, the environment before the file.

Example:
  flotilla init --dir fleet ...                   makes keys, certificates and fleet/pi/flotillad.toml
  flotillad --config fleet/pi/flotillad.toml --check-config
  flotillad --config fleet/pi/flotillad.toml

Exit code: 0 stopped in good order, 1 could not start or was broken off, 2 wrong usage.)";

std::string environment_name(const std::string& key) {
  std::string name = "FLOTILLA_" + key;
  for (char& c : name) c = c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

// "PATH [the default]"
std::string shown(const char* kind, const std::string& value) {
  return value.empty() ? kind : std::string(kind) + " [" + value + "]";
}

// The options of one run, and which of them are paths.
class Options {
 public:
  Options(Settings& settings, const std::string& version)
      : app_("Keeps a fleet of ESP8266 boards up to date.", "flotillad") {
    app_.footer(kFooter);
    app_.set_version_flag("--version", "flotillad " + version);
    app_.get_formatter()->column_width(36);
    path("config", settings.config_file, "TOML file with any of the settings below");
    app_.add_flag("--check-config", settings.check_config, "say whether everything is there to start, and end");
    path("data-dir", settings.data_dir, "database and images");
    path("socket", settings.socket, "Unix socket of the operator API");
    text("product", settings.product, "take releases of this product alone");
    text("mqtt-host", settings.mqtt_host, "broker, by a name that its certificate has");
    number("mqtt-port", settings.mqtt_port, 1, 65535, "its TLS port");
    path("mqtt-ca", settings.mqtt_ca, "PEM: whose certificate the broker must have");
    path("mqtt-cert", settings.mqtt_cert, "PEM: this daemon's certificate as the broker's client");
    path("mqtt-key", settings.mqtt_key, "PEM: its key");
    text("https-bind", settings.https_bind, "address the image server listens on");
    number("https-port", settings.https_port, 0, 65535, "its port; 0: any free one");
    path("https-cert", settings.https_cert, "PEM: the image server's certificate");
    path("https-key", settings.https_key, "PEM: its key");
    path("ca", settings.ca, "PEM: whose certificates devices must have");
    path("crl", settings.crl, "PEM: certificates that do not count any more");
    path("trust", settings.trust, "the signed trust store");
    path("command-key", settings.command_key, "PEM: the key that signs commands; must be in the trust store");
    number("heartbeat-seconds", settings.heartbeat_seconds, 1, 3600, "interval that devices were provisioned with");
    flag("assume-clock-synchronised", settings.assume_clock_synchronised,
         "sign commands although the kernel does not say that the clock is synchronised");
    text("log-level", settings.log_level, "debug, info, warning, error or off")

        ->check([](const std::string& level) {
          log::Level parsed{};
          return log::parse_level(level, parsed) ? "" : "'" + level + "' is not debug, info, warning, error or off";
        });
  }

  CLI::App& app() { return app_; }

  // Settings of the file that neither a flag nor the environment has given.
  Result<Unit, Error> apply_file(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string text((std::istreambuf_iterator<char>(stream)), {});
    if (!stream) return Error{ErrorCode::InvalidArgument, "cannot read the configuration file " + file, {}};
    auto entries = parse_toml(text, file);
    if (!entries.ok()) return entries.error();
    for (const TomlEntry& entry : entries.value()) {
      if (auto done = apply(entry, file); !done.ok()) return done;
    }
    return Unit{};
  }

 private:
  Result<Unit, Error> apply(const TomlEntry& entry, const std::string& file) {
    const std::string place = file + ":" + std::to_string(entry.line) + ": ";
    CLI::Option* option = keys_.count(entry.key) != 0 ? app_.get_option("--" + entry.key) : nullptr;
    if (option == nullptr) {
      return Error{ErrorCode::InvalidArgument, place + "there is no setting '" + entry.key + "'",
                   "flotillad --help lists them all"};
    }
    if (option->count() > 0) return Unit{};
    std::string value = entry.value;
    if (paths_.count(entry.key) != 0 && !value.empty()) {
      value = (std::filesystem::absolute(file).parent_path() / value).lexically_normal().string();
    }
    try {
      option->add_result(value);
      option->run_callback();
    } catch (const CLI::ParseError& problem) {
      return Error{ErrorCode::InvalidArgument, place + problem.what(), {}};
    }
    return Unit{};
  }

  CLI::Option* text(const std::string& key, std::string& value, const char* help) {
    return known(key, app_.add_option("--" + key, value, help)->option_text(shown("TEXT", value)));
  }
  CLI::Option* path(const std::string& key, std::string& value, const char* help) {
    paths_.insert(key);
    return known(key, app_.add_option("--" + key, value, help)->option_text(shown("PATH", value)));
  }
  template <typename T>
  CLI::Option* number(const std::string& key, T& value, std::type_identity_t<T> least, std::type_identity_t<T> most,
                      const char* help) {
    return known(key, app_.add_option("--" + key, value, help)
                          ->check(CLI::Range(least, most))
                          ->option_text(shown("NUMBER", std::to_string(value))));
  }
  void flag(const std::string& key, bool& value, const char* help) {
    known(key, app_.add_flag("--" + key, value, help)->option_text(" "));
  }
  CLI::Option* known(const std::string& key, CLI::Option* option) {
    if (key != "config") keys_.insert(key);
    return option->envname(environment_name(key));
  }

  CLI::App app_;
  std::set<std::string> keys_;   // that may stand in the file
  std::set<std::string> paths_;  // of those, the paths
};

}  // namespace

Parsed parse(int argc, const char* const* argv, const std::string& version, std::ostream& out, std::ostream& err) {
  Settings settings;
  Options options(settings, version);
  try {
    options.app().parse(argc, argv);
  } catch (const CLI::Success& help) {
    options.app().exit(help, out, err);
    return {std::nullopt, 0};
  } catch (const CLI::ParseError& problem) {
    err << "flotillad: " << problem.what() << "\nflotillad --help shows all options\n";
    return {std::nullopt, kWrongUsage};
  }
  if (!settings.config_file.empty()) {
    if (auto done = options.apply_file(settings.config_file); !done.ok()) {
      err << "flotillad: " << done.error().message << "\n";
      if (!done.error().hint.empty()) err << done.error().hint << "\n";
      return {std::nullopt, kWrongUsage};
    }
  }
  return {settings, 0};
}

}  // namespace flotilla::config
