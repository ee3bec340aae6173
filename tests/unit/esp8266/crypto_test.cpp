#include "firmware-esp/src/esp8266/crypto.h"

#include <string>

#include <gtest/gtest.h>

#include "tests/fakes/arduino/fake_core.h"
#include "tests/unit/esp8266/signer.h"

namespace flotilla {
namespace {

TEST(EspCrypto, HashesInPartsAndInAStream) {
  EspCrypto crypto;
  const std::string text = "abc";
  const ByteView parts[] = {ByteView(std::string_view("a")), ByteView(std::string_view("bc"))};
  const std::string wanted = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // FIPS 180-4
  crypto.hash_begin();
  crypto.hash_update(ByteView(std::string_view(text)));
  EXPECT_EQ(to_hex(crypto.sha256(parts, 2)).view(), wanted);  // beside the open stream
  EXPECT_EQ(to_hex(crypto.hash_finish()).view(), wanted);
}

TEST(EspCrypto, VerifiesAtFullSpeedAndRefusesEveryFlippedBit) {
  auto& core = fake_core::reset();
  EspCrypto crypto;
  Signer signer;
  Digest digest;
  digest.bytes.fill(7);
  const SignatureBytes good = signer.sign(digest);
  EXPECT_TRUE(crypto.verify(signer.key, digest, good));
  EXPECT_EQ(core.fastest_mhz, 160U);
  EXPECT_EQ(core.cpu_mhz, 80U);
  for (std::size_t byte = 0; byte < good.size(); ++byte) {
    SignatureBytes bad = good;
    bad[byte] ^= 1;
    EXPECT_FALSE(crypto.verify(signer.key, digest, bad)) << byte;
  }
  PublicKey no_point = signer.key;
  no_point.point[64] ^= 1;
  EXPECT_FALSE(crypto.verify(no_point, digest, good));
}

}  // namespace
}  // namespace flotilla
