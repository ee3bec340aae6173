// A P-256 private key as the TLS library reads it: SEC 1's ECPrivateKey in DER, around the provisioning's 32 bytes. Pure.
#pragma once

#include <array>
#include <cstdint>

namespace flotilla {

using EcKeyDer = std::array<std::uint8_t, 51>;

[[nodiscard]] EcKeyDer ec_key_der(const std::array<std::uint8_t, 32>& scalar);

}  // namespace flotilla
