// Every message has one form in bytes: proto/golden holds it, the protobuf codec and the nanopb codec reproduce it.
// FLOTILLA_WRITE_GOLDEN=1 writes the files anew: only for a change of the contract that is meant.
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "proto/device/codec.h"
#include "proto/host/codec.h"
#include "tests/golden/samples.h"

namespace flotilla {
namespace {

std::string to_hex_lines(const std::string& bytes) {
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    static constexpr char kDigits[] = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(bytes[i]);
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
    if (i % 32 == 31 || i + 1 == bytes.size()) out += '\n';
  }
  return out;
}

// Compares with the committed file, so a failure shows both in hexadecimal.
void expect_golden(const std::string& name, const std::string& bytes) {
  const char* source = std::getenv("FLOTILLA_SOURCE");
  ASSERT_NE(source, nullptr);
  const auto path = std::string(source) + "/proto/golden/" + name + ".hex";
  if (std::getenv("FLOTILLA_WRITE_GOLDEN") != nullptr) std::ofstream(path) << to_hex_lines(bytes);
  std::ifstream file(path);
  ASSERT_TRUE(file) << path;
  std::stringstream content;
  content << file.rdbuf();
  EXPECT_EQ(to_hex_lines(bytes), content.str()) << name;
}

// Decodes with the device's codec and encodes the result with the host's: equal bytes mean equal values.
template <typename Message>
void expect_device_reads(const std::string& bytes) {
  Message device;
  ASSERT_TRUE(device_wire::decode(wire::view(bytes), device));
  EXPECT_EQ(to_hex_lines(wire::encode(device)), to_hex_lines(bytes));
  Message host;
  ASSERT_TRUE(wire::decode(wire::view(bytes), host));
  EXPECT_EQ(to_hex_lines(wire::encode(host)), to_hex_lines(bytes));
}

template <typename Message>
void check(const std::string& name, const Message& message) {
  SCOPED_TRACE(name);
  const auto bytes = wire::encode(message);
  expect_golden(name, bytes);
  expect_device_reads<Message>(bytes);
}

std::string signed_manifest(const Manifest& manifest, std::size_t signatures) {
  const auto payload = wire::encode(manifest);
  return wire::encode(samples::envelope(wire::view(payload), signatures));
}

TEST(Golden, MessagesThatBothCodecsRead) {
  check("manifest", samples::manifest());
  check("manifest_full", samples::full_manifest());
  check("trust_store", samples::trust_store());
  check("provisioning", samples::provisioning());
  const auto payload = wire::encode(samples::manifest());
  check("signed_manifest", samples::envelope(wire::view(payload), 1));
  const auto manifest = signed_manifest(samples::manifest(), 2);
  check("command_install", samples::install(wire::view(manifest)));
  check("command_cancel", samples::cancel());
}

TEST(Golden, HeartbeatsThatTheDeviceWrites) {
  for (const auto& [name, heartbeat] :
       {std::pair{"heartbeat", samples::heartbeat()}, std::pair{"heartbeat_full", samples::full_heartbeat()},
        std::pair{"heartbeat_empty", Heartbeat{}}}) {
    SCOPED_TRACE(name);
    std::uint8_t buffer[kMaxHeartbeat];
    const auto size = device_wire::encode(heartbeat, buffer, sizeof buffer);
    ASSERT_GT(size, 0U);
    const std::string bytes(reinterpret_cast<const char*>(buffer), size);
    expect_golden(name, bytes);
    EXPECT_EQ(to_hex_lines(wire::encode(heartbeat)), to_hex_lines(bytes));
    Heartbeat decoded;
    ASSERT_TRUE(wire::decode(wire::view(bytes), decoded));
    EXPECT_EQ(to_hex_lines(wire::encode(decoded)), to_hex_lines(bytes));
  }
}

// The budget of the ESP's MQTT receive buffer (design: 1024 bytes) is kept by a cap on the envelope.
TEST(Golden, TheLargestInstallFitsInto768Bytes) {
  const auto manifest = signed_manifest(samples::full_manifest(), kMaxReleaseSignatures);
  const auto command = wire::encode(samples::full_install(wire::view(manifest)));
  const auto envelope = wire::encode(samples::envelope(wire::view(command), 1));
  RecordProperty("bytes", static_cast<int>(envelope.size()));
  std::printf("largest Install: %zu of %zu bytes\n", envelope.size(), kMaxSignedInstall);
  EXPECT_LE(envelope.size(), kMaxSignedInstall);
  Envelope outer;
  Command inner;
  ASSERT_TRUE(device_wire::decode(wire::view(envelope), outer));
  ASSERT_TRUE(device_wire::decode(outer.payload, inner));
  EXPECT_EQ(inner.install.signed_manifest, wire::view(manifest));
  EXPECT_EQ(inner.sequence, UINT32_MAX);
}

TEST(Golden, AHeartbeatWithoutRoomIsNotWritten) {
  std::uint8_t buffer[100];
  EXPECT_EQ(device_wire::encode(samples::full_heartbeat(), buffer, sizeof buffer), 0U);
}

TEST(Golden, TextThatIsNotAsciiNeverSpoilsAHeartbeat) {
  auto heartbeat = samples::heartbeat();
  heartbeat.deferred.assign_cut("Pumpe l\xC3\xA4uft \xE2\x82");  // cut inside a UTF-8 sequence
  std::uint8_t buffer[kMaxHeartbeat];
  const auto size = device_wire::encode(heartbeat, buffer, sizeof buffer);
  Heartbeat decoded;
  ASSERT_TRUE(wire::decode(ByteView(buffer, size), decoded));
  EXPECT_EQ(decoded.deferred.view(), "Pumpe l??uft ??");
}

// A number where bytes belong: nanopb would hand out a view into its own stack.
TEST(Golden, AFieldOfAnotherWireTypeIsRefusedByTheDevice) {
  const std::string fixed64_payload = std::string("\x09") + "12345678";
  Envelope envelope;
  EXPECT_FALSE(device_wire::decode(wire::view(fixed64_payload), envelope));
  const std::string nested = std::string("\x3a\x09\x09") + "12345678";  // Command.install.signed_manifest
  Command command;
  EXPECT_FALSE(device_wire::decode(wire::view(nested), command));
}

// Where both codecs take a damaged message they read the same from it.
template <typename Message>
void expect_same_verdicts(const std::string& good, unsigned seed) {
  std::mt19937 random(seed);
  int refused = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = good;
    const auto at = random() % bytes.size();
    switch (random() % 3) {
      case 0: bytes[at] = static_cast<char>(random()); break;
      case 1: bytes.resize(at); break;
      default: bytes.insert(at, 1, static_cast<char>(random())); break;
    }
    Message device;
    Message host;
    const bool device_ok = device_wire::decode(wire::view(bytes), device);
    const bool host_ok = wire::decode(wire::view(bytes), host);
    if (!device_ok) ++refused;
    if (device_ok && host_ok) {
      EXPECT_EQ(to_hex_lines(wire::encode(device)), to_hex_lines(wire::encode(host))) << "seed " << seed << "\n"
                                                                                      << to_hex_lines(bytes);
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(Golden, DamagedMessagesAreReadAlikeOrNotAtAll) {
  expect_same_verdicts<Manifest>(wire::encode(samples::manifest()), 1);
  expect_same_verdicts<TrustStore>(wire::encode(samples::trust_store()), 2);
  expect_same_verdicts<Envelope>(signed_manifest(samples::manifest(), 2), 3);
  const auto manifest = signed_manifest(samples::manifest(), 2);
  expect_same_verdicts<Command>(wire::encode(samples::install(wire::view(manifest))), 4);
  expect_same_verdicts<Provisioning>(wire::encode(samples::provisioning()), 5);
}

// Messages behind each other merge field by field; of a oneof's bodies the last counts, with nothing left of the others.
template <typename Message>
void expect_merged_alike(const std::string& bytes) {
  Message device;
  Message host;
  const bool device_ok = device_wire::decode(wire::view(bytes), device);
  ASSERT_EQ(device_ok, wire::decode(wire::view(bytes), host)) << to_hex_lines(bytes);
  if (!device_ok) return;
  EXPECT_EQ(to_hex_lines(wire::encode(device)), to_hex_lines(wire::encode(host)));
}

TEST(Golden, RepeatedFieldsAndBodiesAreReadAlike) {
  const auto manifest = signed_manifest(samples::manifest(), 2);
  Command bootloader = samples::install(wire::view(manifest));
  bootloader.kind = CommandKind::InstallBootloader;
  Command config = samples::cancel();
  config.kind = CommandKind::UpdateConfig;
  config.file.path.assign_cut("/config");
  Command empty_install = samples::cancel();
  empty_install.kind = CommandKind::Install;
  const std::string commands[] = {wire::encode(samples::install(wire::view(manifest))), wire::encode(samples::cancel()),
                                  wire::encode(bootloader), wire::encode(config), wire::encode(empty_install)};
  for (const auto& first : commands) {
    for (const auto& second : commands) {
      expect_merged_alike<Command>(first + second);
      for (const auto& third : commands) expect_merged_alike<Command>(first + second + third);
    }
  }
  const auto one = wire::encode(samples::manifest());
  expect_merged_alike<Manifest>(one + one);
  expect_merged_alike<Envelope>(manifest + manifest);
  expect_merged_alike<Envelope>(manifest + manifest + manifest);
}

}  // namespace
}  // namespace flotilla
