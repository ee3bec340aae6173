// The byte layouts that the ESP8266's ROM, core and TLS library read.
#include <cstring>
#include <vector>

#include <bearssl.h>
#include <gtest/gtest.h>

#include "firmware-esp/src/chip/eboot_command.h"
#include "firmware-esp/src/chip/ec_key.h"
#include "firmware-esp/src/chip/wake_token.h"

namespace flotilla {
namespace {

// The core's crc32() (cores/esp8266/crc32.cpp), written down from its description: shift left, 0x04c11db7, all ones.
std::uint32_t core_crc32(const std::uint8_t* bytes, std::size_t size) {
  std::uint32_t crc = 0xffffffff;
  for (; size != 0; --size, ++bytes) {
    for (std::uint32_t mask = 0x80; mask != 0; mask >>= 1) {
      const bool high = ((crc & 0x80000000) != 0) != ((*bytes & mask) != 0);
      crc = (crc << 1) ^ (high ? 0x04c11db7U : 0U);
    }
  }
  return crc;
}

TEST(CoreCrc, HasItsKnownCheckValue) {
  const std::uint8_t text[] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
  EXPECT_EQ(core_crc32(text, sizeof text), 0x0376E6E7U);  // CRC-32/MPEG-2
}

TEST(EbootCommand, IsLaidOutAsTheBootloaderReadsIt) {
  const EbootCommand command = copy_slot_command(0x200000, 0x5A000);
  EXPECT_EQ(command[0] & 0xfffff000U, 0xeb001000U);
  EXPECT_EQ(command[1], 1U);
  EXPECT_EQ(command[2], 0x200000U);
  EXPECT_EQ(command[3], 0U);
  EXPECT_EQ(command[4], 0x5B000U);  // the filler sector is copied as well
  for (std::size_t i = 5; i < 31; ++i) EXPECT_EQ(command[i], 0U) << i;
  std::vector<std::uint8_t> bytes;
  for (const std::uint32_t word : command) {
    for (unsigned shift = 0; shift < 32; shift += 8) bytes.push_back(static_cast<std::uint8_t>(word >> shift));
  }
  EXPECT_EQ(bytes.size(), 128U);
  EXPECT_EQ(command[31], core_crc32(bytes.data(), bytes.size() - 4));
}

TEST(EbootCommand, NeverReachesIntoTheUsersBlocks) {
  EXPECT_EQ(std::tuple_size<EbootCommand>::value, kEbootBlocks);
  EXPECT_GE(kWakeTokenBlock, kEbootBlocks);
}

TEST(WakeToken, LiesWhereTheBootloaderLooks) {
  EXPECT_EQ(kWakeTokenBlock, 32U);
  EXPECT_EQ(std::memcmp(kWakeToken.data(), "FWAK", 4), 0);
  EXPECT_EQ(kWakeToken[0] ^ kWakeToken[1], 0xFFFFFFFFU);
  EXPECT_NE(kWakeToken, kTakenWakeToken);
}

TEST(EcKey, IsReadByBearSslAsTheKeyItHolds) {
  std::array<std::uint8_t, 32> scalar{};
  for (std::size_t i = 0; i < scalar.size(); ++i) scalar[i] = static_cast<std::uint8_t>(i + 1);
  const EcKeyDer der = ec_key_der(scalar);
  br_skey_decoder_context decoder;
  br_skey_decoder_init(&decoder);
  br_skey_decoder_push(&decoder, der.data(), der.size());
  ASSERT_EQ(br_skey_decoder_last_error(&decoder), 0);
  const br_ec_private_key* key = br_skey_decoder_get_ec(&decoder);
  ASSERT_NE(key, nullptr);
  EXPECT_EQ(key->curve, BR_EC_secp256r1);
  ASSERT_EQ(key->xlen, scalar.size());
  EXPECT_EQ(std::memcmp(key->x, scalar.data(), scalar.size()), 0);
}

}  // namespace
}  // namespace flotilla
