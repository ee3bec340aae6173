// A P-256 key and a signature by it: RFC 6979, appendix A.2.5, SHA-256 over the message "sample".
#pragma once

#include <string_view>

#include "common/trust.h"

namespace flotilla::vectors {

inline constexpr std::string_view kPublicKey =
    "04"
    "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
inline constexpr std::string_view kSignature =
    "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
inline constexpr std::string_view kDigest =  // of "sample"
    "af2bdbe1aa9b6ec1e2ade1d694f41fc71a831d0268e9891562113d8a62add1bf";

template <std::size_t N>
std::array<std::uint8_t, N> bytes(std::string_view hex) {
  const auto digit = [](char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::array<std::uint8_t, N> out{};
  for (std::size_t i = 0; i < N; ++i)
    out[i] = static_cast<std::uint8_t>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return out;
}

inline PublicKey key() { return {bytes<65>(kPublicKey)}; }
inline SignatureBytes signature() { return bytes<64>(kSignature); }
inline Digest digest() { return {bytes<32>(kDigest)}; }

}  // namespace flotilla::vectors
