// Flags over environment over file, and what is said about wrong ones.
#include "daemon/config/settings.h"

#include <cstdlib>
#include <sstream>

#include <gtest/gtest.h>

#include "daemon/config/toml.h"
#include "tests/support/temp_dir.h"

namespace flotilla::config {
namespace {

struct Outcome {
  Parsed parsed;
  std::string out;
  std::string err;
};

Outcome run(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "flotillad");
  std::vector<const char*> argv;
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out;
  std::ostringstream err;
  Parsed parsed = parse(static_cast<int>(argv.size()), argv.data(), "9.8.7", out, err);
  return {std::move(parsed), out.str(), err.str()};
}

// Set for the time of one test.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) { ::setenv(name, value, 1); }
  ~Environment() { ::unsetenv(name_); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  const char* name_;
};

TEST(Settings, HaveDefaults) {
  const Outcome none = run({});
  ASSERT_TRUE(none.parsed.settings.has_value());
  EXPECT_EQ(none.parsed.settings->mqtt_host, "localhost");
  EXPECT_EQ(none.parsed.settings->mqtt_port, 8883);
  EXPECT_EQ(none.parsed.settings->data_dir, "/var/lib/flotilla");
  EXPECT_FALSE(none.parsed.settings->assume_clock_synchronised);
}

TEST(Settings, AFlagCountsBeforeTheEnvironmentAndThatBeforeTheFile) {
  test::TempDir dir;
  test::write_file(dir.file("f.toml"),
                   "mqtt-host = \"file\"\nhttps-bind = \"file\"\nproduct = \"file\"\nmqtt-port = 1000\n");
  const Environment host("FLOTILLA_MQTT_HOST", "environment");
  const Environment bind("FLOTILLA_HTTPS_BIND", "environment");
  const Environment port("FLOTILLA_MQTT_PORT", "2000");
  const Outcome some = run({"--config", dir.file("f.toml"), "--mqtt-host", "flag"});
  ASSERT_TRUE(some.parsed.settings.has_value()) << some.err;
  EXPECT_EQ(some.parsed.settings->mqtt_host, "flag");
  EXPECT_EQ(some.parsed.settings->https_bind, "environment");
  EXPECT_EQ(some.parsed.settings->product, "file");
  EXPECT_EQ(some.parsed.settings->mqtt_port, 2000);
}

TEST(Settings, TheFileMayBeNamedByTheEnvironment) {
  test::TempDir dir;
  test::write_file(dir.file("f.toml"), "assume-clock-synchronised = true\nheartbeat-seconds = 5\n");
  const Environment file("FLOTILLA_CONFIG", dir.file("f.toml").c_str());
  const Outcome some = run({});
  ASSERT_TRUE(some.parsed.settings.has_value()) << some.err;
  EXPECT_TRUE(some.parsed.settings->assume_clock_synchronised);
  EXPECT_EQ(some.parsed.settings->heartbeat_seconds, 5U);
}

TEST(Settings, PathsInTheFileAreRelativeToIt) {
  test::TempDir dir;
  test::write_file(dir.file("f.toml"), "ca = \"pki/ca.crt\"\ncrl = \"/etc/crl.pem\"\nproduct = \"a/b\"\n");
  const Outcome some = run({"--config", dir.file("f.toml"), "--trust", "trust.signed"});
  ASSERT_TRUE(some.parsed.settings.has_value()) << some.err;
  EXPECT_EQ(some.parsed.settings->ca, dir.file("pki/ca.crt"));
  EXPECT_EQ(some.parsed.settings->crl, "/etc/crl.pem");
  EXPECT_EQ(some.parsed.settings->product, "a/b") << "no path";
  EXPECT_EQ(some.parsed.settings->trust, "trust.signed") << "a flag's path is as it was given";
}

TEST(Settings, HelpAndVersionAreNoErrors) {
  const Outcome help = run({"--help"});
  EXPECT_FALSE(help.parsed.settings.has_value());
  EXPECT_EQ(help.parsed.exit_code, 0);
  EXPECT_NE(help.out.find("Example:"), std::string::npos);
  EXPECT_NE(help.out.find("--mqtt-port NUMBER [8883]"), std::string::npos);
  const Outcome version = run({"--version"});
  EXPECT_EQ(version.parsed.exit_code, 0);
  EXPECT_EQ(version.out, "flotillad 9.8.7\n");
}

TEST(Settings, WrongOnesAreNamed) {
  const struct {
    const char* name;
    std::string file;
    std::vector<std::string> flags;
    const char* says;
  } rows[] = {
      {.name = "unknown flag", .flags = {"--mqtt-hots", "x"}, .says = "--mqtt-hots"},
      {.name = "port of a flag", .flags = {"--mqtt-port", "70000"}, .says = "--mqtt-port"},
      {.name = "no number", .flags = {"--https-port", "many"}, .says = "--https-port"},
      {.name = "level", .flags = {"--log-level", "loud"}, .says = "loud"},
      {.name = "unknown key",
       .file = "\n# a comment\nmqtt-hots = \"x\"\n",
       .says = "f.toml:3: there is no setting 'mqtt-hots'"},
      {.name = "port of the file", .file = "mqtt-port = 70000\n", .says = "f.toml:1: "},
      {.name = "no value", .file = "mqtt-port =\n", .says = "f.toml:1: "},
      {.name = "bare word", .file = "mqtt-host = localhost\n", .says = "f.toml:1: "},
      {.name = "file in the file", .file = "config = \"x\"\n", .says = "there is no setting 'config'"},
      {.name = "twice", .file = "product = \"a\"\nproduct = \"b\"\n", .says = "f.toml:2: 'product' stands here twice"},
      {.name = "table", .file = "[mqtt]\n", .says = "f.toml:1: "},
      {.name = "list", .file = "product = [1]\n", .says = "f.toml:1: "},
      {.name = "open string", .file = "product = \"a\n", .says = "f.toml:1: "},
      {.name = "level of the file", .file = "log-level = \"loud\"\n", .says = "loud"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    test::TempDir dir;
    test::write_file(dir.file("f.toml"), row.file);
    std::vector<std::string> arguments = row.flags;
    if (!row.file.empty()) arguments.insert(arguments.end(), {"--config", dir.file("f.toml")});
    const Outcome wrong = run(arguments);
    EXPECT_FALSE(wrong.parsed.settings.has_value());
    EXPECT_EQ(wrong.parsed.exit_code, 2);
    EXPECT_NE(wrong.err.find(row.says), std::string::npos) << wrong.err;
  }
  const Outcome missing = run({"--config", "/no/such/file.toml"});
  EXPECT_EQ(missing.parsed.exit_code, 2);
  EXPECT_NE(missing.err.find("/no/such/file.toml"), std::string::npos);
  const Environment port("FLOTILLA_MQTT_PORT", "many");
  EXPECT_EQ(run({}).parsed.exit_code, 2);
}

TEST(Toml, ReadsStringsNumbersAndBooleans) {
  const auto parsed = parse_toml("a = \"x # \\\"y\\\\\" # comment\r\n  b='c:\\d'\nc = -5 # n\n\nd = false", "f");
  ASSERT_TRUE(parsed.ok()) << parsed.error().message;
  ASSERT_EQ(parsed->size(), 4U);
  EXPECT_EQ((*parsed)[0].value, "x # \"y\\");
  EXPECT_EQ((*parsed)[1].value, "c:\\d");
  EXPECT_EQ((*parsed)[2].value, "-5");
  EXPECT_EQ((*parsed)[3].value, "false");
  EXPECT_EQ((*parsed)[3].line, 5);
}

}  // namespace
}  // namespace flotilla::config
