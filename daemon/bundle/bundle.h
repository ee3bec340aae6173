// A bundle, `NAME-VERSION.flotilla`: a release as one file. All numbers little endian.
//
//   offset  size  what
//        0     8  magic: the ASCII letters "FLOTILLA"
//        8     2  format, u16: 1
//       10     2  reserved, u16: 0
//       12     4  M, u32: bytes of the signed manifest, 1 to kMaxSignedManifest
//       16     4  I, u32: bytes of the image, 1 to flash_map::kImageMax
//       20     M  the signed manifest: a `Signed` envelope of proto/flotilla.proto around a `Manifest`
//     20+M     I  the image, as it lies in flash from 0x1000 on
//   20+M+I        the end of the file
//
// Example of the first 20 bytes, with M = 190 and I = 420000:
//   46 4c 4f 54 49 4c 4c 41  01 00  00 00  be 00 00 00  a0 68 06 00
#pragma once

#include <string>

#include "common/messages.h"
#include "common/result.h"
#include "common/trust.h"
#include "daemon/core/error.h"

namespace flotilla::bundle {

inline constexpr std::size_t kHeaderSize = 20;
inline constexpr std::size_t kMaxSignedManifest = 1024;

// A parsed bundle. The views point into the bytes it was parsed from.
struct Bundle {
  ByteView signed_manifest;
  Envelope envelope;
  Manifest manifest;
  ByteView image;
};

// Structure, manifest and image agree: Corrupt with the reason otherwise. Says nothing about who signed it.
// `name` is for the message.
[[nodiscard]] Result<Bundle, Error> parse_bundle(ByteView bytes, const std::string& name);

// The manifest carries enough signatures by the trust store's release keys: Refused with the reason otherwise.
[[nodiscard]] Result<Unit, Error> verify_bundle(const Bundle& bundle, const TrustStore& trust, const std::string& name);

// Both parts within their limits (a programming error otherwise).
[[nodiscard]] std::string make_bundle(ByteView signed_manifest, ByteView image);

}  // namespace flotilla::bundle
