#include "daemon/authority/release.h"

#include <algorithm>

#include "common/version.h"
#include "daemon/authority/grammar.h"
#include "daemon/bundle/firmware_image.h"
#include "daemon/crypto/envelope.h"
#include "daemon/crypto/files.h"
#include "daemon/crypto/key_files.h"
#include "daemon/crypto/sha256.h"
#include "proto/host/codec.h"

namespace flotilla::authority {
namespace {

Error invalid(const std::string& message, const std::string& hint) {
  return {ErrorCode::InvalidArgument, message, hint};
}

Result<Unit, Error> check_version(const std::string& text, const char* what) {
  Version version;
  if (Version::parse(text, version)) return Unit{};
  return invalid(std::string(what) + " '" + text + "' is not a semantic version",
                 "write it as 1.4.0 or 1.4.0-rc.1, at most 32 characters (semver.org)");
}

Result<Unit, Error> check_keys(const std::vector<std::string>& keys) {
  if (keys.empty() || keys.size() > kMaxReleaseSignatures) {
    return invalid(std::to_string(keys.size()) + " keys were named", "a release carries one or two signatures");
  }
  if (keys.size() == 2 && keys[0] == keys[1]) {
    return invalid("the key " + keys[0] + " was named twice", "two signatures need two keys");
  }
  return Unit{};
}

// The hardware list is a set; sorted, equal requests give equal manifests.
Result<Unit, Error> fill_hardware(std::vector<std::string> hardware, Manifest& manifest) {
  std::sort(hardware.begin(), hardware.end());
  hardware.erase(std::unique(hardware.begin(), hardware.end()), hardware.end());
  if (hardware.empty()) return invalid("no hardware was named", "say by --hardware what the image runs on");
  for (const auto& name : hardware) {
    if (auto checked = check_name(name, "the hardware"); !checked) return checked;
    if (!manifest.hardware.push_back(Name(name))) {
      return invalid("more than " + std::to_string(kMaxHardware) + " kinds of hardware were named",
                     "sign a bundle for each group");
    }
  }
  return Unit{};
}

// Everything but the counter.
Result<Manifest, Error> describe(const FleetSettings& fleet, const ReleaseRequest& request, ByteView image) {
  const std::string& product = request.product.empty() ? fleet.product : request.product;
  if (auto checked = check_name(product, "the product"); !checked) return checked.error();
  if (auto checked = check_version(request.version, "the version"); !checked) return checked.error();
  if (!request.minimum_version.empty()) {
    if (auto checked = check_version(request.minimum_version, "the minimum version"); !checked) return checked.error();
  }
  Manifest manifest;
  manifest.product = Name(product);
  manifest.version = VersionText(request.version);
  manifest.minimum_version = VersionText(request.minimum_version);
  if (auto filled = fill_hardware(request.hardware, manifest); !filled) return filled.error();
  manifest.security_floor = request.security_floor;
  manifest.image_size = static_cast<std::uint32_t>(image.size);
  manifest.image_sha256 = crypto::sha256(image);
  manifest.created_at = request.now;
  return manifest;
}

Result<std::vector<crypto::SigningKey>, Error> open_keys(const Authority& authority,
                                                         const std::vector<std::string>& names) {
  if (auto checked = check_keys(names); !checked) return checked.error();
  std::vector<crypto::SigningKey> keys;
  for (const auto& name : names) {
    auto key = authority.open_release_key(name);
    if (!key) return key.error();
    keys.push_back(*key);
  }
  return keys;
}

Error floor_above_counter(std::uint32_t floor, std::uint32_t counter) {
  return invalid(
      "the security floor " + std::to_string(floor) + " is above the release's own counter " + std::to_string(counter),
      "a release below its own floor could never be installed again");
}

}  // namespace

Result<SignedRelease, Error> sign_release(Authority& authority, const ReleaseRequest& request) {
  const auto image = bundle::find_image(ByteView(request.firmware), request.name);
  if (!image) return image.error();
  auto manifest = describe(authority.fleet(), request, *image);
  if (!manifest) return manifest.error();
  const auto keys = open_keys(authority, request.keys);
  if (!keys) return keys.error();
  const auto trust = authority.trust();
  if (!trust) return trust.error();
  const std::uint32_t expected = request.counter.value_or(authority.next_release_counter());
  if (request.security_floor > expected) return floor_above_counter(request.security_floor, expected);

  const auto counter = authority.take_release_counter(request.counter);
  if (!counter) return counter.error();
  manifest->release_counter = *counter;
  const wire::Bytes payload = wire::encode(*manifest);
  const wire::Bytes envelope = crypto::sign_envelope(Role::Manifest, wire::view(payload), *keys);
  SignedRelease release{.manifest = *manifest, .bundle = bundle::make_bundle(wire::view(envelope), *image)};
  // What leaves here must be readable everywhere: the bundle is judged as its receivers will.
  const auto parsed = bundle::parse_bundle(ByteView(release.bundle), "the bundle just made");
  if (!parsed) return parsed.error();
  release.trusted = bundle::verify_bundle(*parsed, trust->store, request.name).ok();
  return release;
}

Result<NewReleaseKey, Error> make_release_key(const Authority& authority, const std::string& name) {
  if (auto checked = check_id(name, "the key's name"); !checked) return checked.error();
  const NewReleaseKey made_at{
      .key = authority.files().release_key(name), .public_key = authority.files().release_public(name), .id = {}};
  if (auto made = crypto::create_private_folder(made_at.key.parent_path()); !made) return made.error();
  const auto key = crypto::SigningKey::generate();
  if (auto saved = crypto::save_signing_key(made_at.key, key); !saved) {
    Error error = saved.error();
    if (error.code == ErrorCode::Conflict) error.hint = "a key is never overwritten: choose another name";
    return error;
  }
  if (auto saved = crypto::save_public_key(made_at.public_key, key.public_key()); !saved) return saved.error();
  return NewReleaseKey{made_at.key, made_at.public_key, crypto::to_text(key.key_id())};
}

}  // namespace flotilla::authority
