#include "daemon/core/releases.h"

#include <algorithm>

#include "common/version.h"

namespace flotilla::core {
namespace {

// Signatures differ each time; what is signed about the image does not.
bool same_content(const Manifest& a, const Manifest& b) {
  return a.kind == b.kind && a.encoding == b.encoding && a.product == b.product && a.hardware == b.hardware &&
         a.minimum_version == b.minimum_version && a.release_counter == b.release_counter &&
         a.security_floor == b.security_floor && a.image_size == b.image_size && a.image_sha256 == b.image_sha256;
}

bool is_newer(const Release* a, const Release* b) {
  Version left;
  Version right;
  const bool comparable = Version::parse(a->version, left) && Version::parse(b->version, right);
  const int order = comparable ? compare(left, right) : 0;
  return order != 0 ? order > 0 : a->version > b->version;
}

}  // namespace

Result<Unit, Error> add_release(World& world, Turn& turn, Release release) {
  Version version;
  if (!Version::parse(release.version, version)) {
    return Error{ErrorCode::InvalidArgument, "\"" + release.version + "\" is no version",
                 "give one as in 1.2.0 (semver.org)"};
  }
  if (release.manifest.version.view() != release.version || release.signed_manifest.empty()) {
    return Error{ErrorCode::Corrupt, "the release does not carry the manifest of " + release.version,
                 "make the bundle again with `flotilla release sign`"};
  }
  if (release.manifest.image_sha256.is_zero() || release.manifest.image_size == 0) {
    return Error{ErrorCode::Corrupt, "the manifest of " + release.version + " names no image",
                 "make the bundle again with `flotilla release sign`"};
  }
  if (const Release* known = world.release(release.version); known != nullptr) {
    if (same_content(known->manifest, release.manifest)) return Unit{};
    return Error{ErrorCode::Conflict, "release " + release.version + " is there with other content",
                 "a version never changes: give the new one another number"};
  }
  release.added_at = turn.now.wall;
  const auto name = release.version;
  world.releases.emplace(name, std::move(release));
  turn.out.releases.push_back(name);
  world.note(turn, "", 0, "release", "added " + name);
  return Unit{};
}

std::vector<const Release*> newest_first(const World& world) {
  std::vector<const Release*> all;
  for (const auto& [version, release] : world.releases) all.push_back(&release);
  std::sort(all.begin(), all.end(), is_newer);
  return all;
}

Result<Unit, Error> announce_device(World& world, Turn& turn, const DeviceSpec& spec) {
  if (!is_device_id(spec.id)) {
    return Error{ErrorCode::InvalidArgument, "\"" + spec.id + "\" is no device id",
                 "use 1 to 32 of a-z, 0-9 and -, not beginning with -"};
  }
  if (spec.hardware.size() > kMaxName) {
    return Error{ErrorCode::InvalidArgument,
                 "the hardware's name is longer than " + std::to_string(kMaxName) + " bytes",
                 "give the name that the firmware reports"};
  }
  Device& device = world.devices[spec.id];
  device.id = spec.id;
  device.announced_hardware = spec.hardware;
  device.labels = spec.labels;
  world.touch(turn, device);
  world.note(turn, spec.id, 0, "device", "announced");
  return Unit{};
}

}  // namespace flotilla::core
