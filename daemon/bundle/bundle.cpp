#include "daemon/bundle/bundle.h"

#include <cassert>

#include "common/flash_map.h"
#include "common/version.h"
#include "daemon/bundle/firmware_image.h"
#include "daemon/crypto/sha256.h"
#include "daemon/crypto/trust_crypto.h"
#include "proto/host/codec.h"

namespace flotilla::bundle {
namespace {

constexpr std::string_view kMagic = "FLOTILLA";
constexpr std::uint32_t kFormat = 1;
constexpr std::size_t kManifestLengthAt = 12;
constexpr std::size_t kImageLengthAt = 16;

std::uint32_t load(ByteView bytes, std::size_t offset, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = value << 8 | bytes.data[offset + i];
  return value;
}

void append(std::string& out, std::size_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

Error corrupt(const std::string& name, const std::string& why) {
  return {ErrorCode::Corrupt, name + " " + why, "copy the bundle again, or sign the release anew"};
}

std::string bytes_text(std::size_t count) { return std::to_string(count) + " bytes"; }

struct Lengths {
  std::size_t manifest = 0;
  std::size_t image = 0;
};

// The order matters: what the file is, then what it says about itself, then whether that is all there.
Result<Lengths, Error> read_header(ByteView bytes, const std::string& name) {
  const std::size_t compared = bytes.size < kMagic.size() ? bytes.size : kMagic.size();
  if (compared == 0 || ByteView(bytes.data, compared).text() != kMagic.substr(0, compared)) {
    return corrupt(name, "is not a bundle");
  }
  if (bytes.size < kHeaderSize) return corrupt(name, "is truncated: it ends inside its header");
  if (const auto format = load(bytes, 8, 2); format != kFormat) {
    return Error{ErrorCode::Corrupt, name + " has format " + std::to_string(format) + ", only 1 is known here",
                 "update flotilla"};
  }
  if (load(bytes, 10, 2) != 0) return corrupt(name, "is damaged: its reserved bytes are not zero");
  const Lengths lengths{.manifest = load(bytes, kManifestLengthAt, 4), .image = load(bytes, kImageLengthAt, 4)};
  if (lengths.manifest == 0 || lengths.manifest > kMaxSignedManifest) {
    return corrupt(name, "is damaged: a manifest of " + bytes_text(lengths.manifest) + " cannot be");
  }
  if (lengths.image == 0 || lengths.image > flash_map::kImageMax) {
    return corrupt(name, "is damaged: an image of " + bytes_text(lengths.image) + " cannot be");
  }
  const std::size_t whole = kHeaderSize + lengths.manifest + lengths.image;
  if (bytes.size < whole) {
    return corrupt(name, "is truncated: it has " + std::to_string(bytes.size) + " of " + bytes_text(whole));
  }
  if (bytes.size > whole) {
    return corrupt(name, "has " + bytes_text(bytes.size - whole) + " behind its end");
  }
  return lengths;
}

Result<Unit, Error> check_manifest(const Bundle& bundle, const std::string& name) {
  const Manifest& manifest = bundle.manifest;
  Version version;
  if (!Version::parse(manifest.version.view(), version)) {
    return corrupt(name, "has a manifest whose version is not a semantic version");
  }
  if (!manifest.minimum_version.empty() && !Version::parse(manifest.minimum_version.view(), version)) {
    return corrupt(name, "has a manifest whose minimum version is not a semantic version");
  }
  if (manifest.kind != ManifestKind::Image || manifest.encoding != Encoding::Raw) {
    return corrupt(name, "does not hold a plain image");
  }
  if (manifest.image_size != bundle.image.size) {
    return corrupt(name, "holds an image of " + bytes_text(bundle.image.size) + ", its manifest is about one of " +
                             bytes_text(manifest.image_size));
  }
  if (manifest.image_sha256 != crypto::sha256(bundle.image)) {
    return corrupt(name, "was changed: the image's SHA-256 is not the one in its manifest");
  }
  return Unit{};
}

}  // namespace

Result<Bundle, Error> parse_bundle(ByteView bytes, const std::string& name) {
  const auto lengths = read_header(bytes, name);
  if (!lengths) return lengths.error();
  Bundle bundle;
  bundle.signed_manifest = {bytes.data + kHeaderSize, lengths->manifest};
  bundle.image = {bytes.data + kHeaderSize + lengths->manifest, lengths->image};
  if (!wire::decode(bundle.signed_manifest, bundle.envelope) ||
      !wire::decode(bundle.envelope.payload, bundle.manifest)) {
    return corrupt(name, "is damaged: its manifest cannot be read");
  }
  if (auto checked = check_manifest(bundle, name); !checked) return checked.error();
  if (auto checked = check_image(bundle.image, "the image in " + name); !checked) return checked.error();
  return bundle;
}

Result<Unit, Error> verify_bundle(const Bundle& bundle, const TrustStore& trust, const std::string& name) {
  crypto::OpenSslTrustCrypto crypto;
  switch (verify_manifest(bundle.envelope, trust, crypto)) {
    case EnvelopeVerdict::Valid: return Unit{};
    case EnvelopeVerdict::UnknownKey:
      return Error{ErrorCode::Refused,
                   name + " is not signed by enough of the release keys in the trust store (" +
                       std::to_string(trust.release_threshold) + " needed)",
                   "sign it with the fleet's own release key: flotilla release sign"};
    case EnvelopeVerdict::BadSignature:
      return Error{ErrorCode::Refused, name + " was changed after it was signed: a signature does not fit its manifest",
                   "sign the release anew"};
  }
  return Error{ErrorCode::Internal, name + " cannot be judged", {}};
}

std::string make_bundle(ByteView signed_manifest, ByteView image) {
  assert(signed_manifest.size <= kMaxSignedManifest && image.size <= flash_map::kImageMax);
  std::string out(kMagic);
  append(out, kFormat, 2);
  append(out, 0, 2);
  append(out, signed_manifest.size, 4);
  append(out, image.size, 4);
  out.append(signed_manifest.text()).append(image.text());
  return out;
}

}  // namespace flotilla::bundle
