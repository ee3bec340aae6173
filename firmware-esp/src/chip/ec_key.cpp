#include "firmware-esp/src/chip/ec_key.h"

#include <algorithm>

namespace flotilla {

EcKeyDer ec_key_der(const std::array<std::uint8_t, 32>& scalar) {
  EcKeyDer der{0x30, 49, 0x02, 1, 1, 0x04, 32};  // SEQUENCE { INTEGER 1, OCTET STRING (32)
  std::copy(scalar.begin(), scalar.end(), der.begin() + 7);
  // ... [0] { OBJECT IDENTIFIER 1.2.840.10045.3.1.7 } }
  constexpr std::uint8_t kCurve[] = {0xA0, 10, 0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07};
  std::copy(std::begin(kCurve), std::end(kCurve), der.begin() + 39);
  return der;
}

}  // namespace flotilla
