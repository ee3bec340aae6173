// The one function of OpenSSL that a unit test of common/ uses, by BearSSL on the chip.
#pragma once

#include <bearssl.h>

inline unsigned char* SHA256(const unsigned char* bytes, std::size_t size, unsigned char* digest) {
  br_sha256_context context;
  br_sha256_init(&context);
  br_sha256_update(&context, bytes, size);
  br_sha256_out(&context, digest);
  return digest;
}
