// The device's codec on the chip against the byte vectors that the host's codec reproduces as well (tests/golden).
#include "proto/device/codec.h"

#include <string>

#include <gtest/gtest.h>

#include "proto/host/codec.h"
#include "tests/golden/samples.h"

extern "C" const char golden_command_cancel[], golden_command_install[], golden_heartbeat[], golden_heartbeat_empty[],
    golden_heartbeat_full[], golden_manifest[], golden_manifest_full[], golden_provisioning[], golden_signed_manifest[],
    golden_trust_store[];

namespace flotilla {
namespace {

int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

std::string bytes_of(const char* hex) {
  std::string bytes;
  for (; *hex != '\0'; ++hex) {
    if (*hex == '\n') continue;
    bytes += static_cast<char>(digit(hex[0]) << 4 | digit(hex[1]));
    ++hex;
  }
  return bytes;
}

// Read by the device's codec and written again: equal bytes mean equal values. Every shorter message is either refused
// or ends between two fields, and is then written shorter.
template <typename Message>
void expect_read(const char* hex) {
  const std::string bytes = bytes_of(hex);
  Message message;
  ASSERT_TRUE(device_wire::decode(wire::view(bytes), message));
  EXPECT_EQ(wire::encode(message), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    Message cut;
    if (device_wire::decode(ByteView(wire::view(bytes).data, size), cut)) {
      EXPECT_NE(wire::encode(cut), bytes) << size;
    }
  }
}

TEST(Codec, ReadsWhatTheHostWrites) {
  expect_read<Manifest>(golden_manifest);
  expect_read<Manifest>(golden_manifest_full);
  expect_read<Envelope>(golden_signed_manifest);
  expect_read<Command>(golden_command_install);
  expect_read<Command>(golden_command_cancel);
  expect_read<TrustStore>(golden_trust_store);
  expect_read<Provisioning>(golden_provisioning);
}

TEST(Codec, ReadsTheValuesThatWereMeant) {
  EXPECT_EQ(wire::encode(samples::manifest()), bytes_of(golden_manifest));
  EXPECT_EQ(wire::encode(samples::full_manifest()), bytes_of(golden_manifest_full));
  EXPECT_EQ(wire::encode(samples::cancel()), bytes_of(golden_command_cancel));
  EXPECT_EQ(wire::encode(samples::trust_store()), bytes_of(golden_trust_store));
  EXPECT_EQ(wire::encode(samples::provisioning()), bytes_of(golden_provisioning));
}

TEST(Codec, WritesHeartbeatsAsTheHostReadsThem) {
  EXPECT_EQ(wire::encode(samples::heartbeat()), bytes_of(golden_heartbeat));
  EXPECT_EQ(wire::encode(samples::full_heartbeat()), bytes_of(golden_heartbeat_full));
  EXPECT_EQ(wire::encode(Heartbeat{}), bytes_of(golden_heartbeat_empty));
  for (const auto* golden : {golden_heartbeat, golden_heartbeat_full, golden_heartbeat_empty}) {
    const std::string bytes = bytes_of(golden);
    Heartbeat heartbeat;
    ASSERT_TRUE(wire::decode(wire::view(bytes), heartbeat));
    EXPECT_EQ(wire::encode(heartbeat), bytes);
  }
}

}  // namespace
}  // namespace flotilla
