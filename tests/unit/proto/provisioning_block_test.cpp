#include "proto/provisioning_block.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace flotilla {
namespace {

std::vector<std::uint8_t> block(std::uint32_t version, std::string_view message) {
  std::vector<std::uint8_t> out(256, 0xFF);
  EXPECT_EQ(write_provisioning_block(version, ByteView(message), out.data(), out.size()),
            kProvisioningHeader + message.size());
  return out;
}

TEST(ProvisioningBlock, GoesBothWays) {
  const auto bytes = block(7, "the message");
  ProvisioningBlock parsed;
  ASSERT_TRUE(parse_provisioning_block({bytes.data(), bytes.size()}, parsed));
  EXPECT_EQ(parsed.version, 7U);
  EXPECT_EQ(parsed.message.text(), "the message");
}

TEST(ProvisioningBlock, EverySingleWrongBitIsNoticed) {
  const auto good = block(7, "the message");
  for (std::size_t bit = 0; bit < 8 * (kProvisioningHeader + 11); ++bit) {
    auto bytes = good;
    bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ (1U << (bit % 8)));
    ProvisioningBlock parsed;
    EXPECT_FALSE(parse_provisioning_block({bytes.data(), bytes.size()}, parsed)) << bit;
  }
}

TEST(ProvisioningBlock, AnErasedOrCutBlockIsNone) {
  const std::vector<std::uint8_t> erased(256, 0xFF);
  ProvisioningBlock parsed;
  EXPECT_FALSE(parse_provisioning_block({erased.data(), erased.size()}, parsed));
  const auto good = block(1, "the message");
  for (std::size_t size = 0; size < kProvisioningHeader + 11; ++size) {
    EXPECT_FALSE(parse_provisioning_block({good.data(), size}, parsed)) << size;
  }
}

TEST(ProvisioningBlock, DoesNotWriteBeyondItsCapacity) {
  std::uint8_t small[kProvisioningHeader + 3];
  EXPECT_EQ(write_provisioning_block(1, ByteView(std::string_view("four")), small, sizeof small), 0U);
  EXPECT_EQ(write_provisioning_block(1, ByteView(), small, 4), 0U);
}

}  // namespace
}  // namespace flotilla
