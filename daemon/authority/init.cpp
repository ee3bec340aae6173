#include "daemon/authority/init.h"

#include "daemon/authority/certificates.h"
#include "daemon/authority/file_set.h"
#include "daemon/authority/grammar.h"
#include "daemon/authority/layout.h"
#include "daemon/authority/pi_config.h"
#include "daemon/crypto/envelope.h"
#include "daemon/crypto/files.h"
#include "proto/host/codec.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;
using crypto::SigningKey;

// Made anew, in memory only until everything is written.
struct Keys {
  SigningKey ca = SigningKey::generate();
  SigningKey root = SigningKey::generate();
  SigningKey release = SigningKey::generate();
  SigningKey command = SigningKey::generate();
};

template <typename T, std::size_t N>
void add(FixedVector<T, N>& list, const T& item) {
  static_cast<void>(list.push_back(item));  // one of each: it fits
}

// What the authority and the Pi both have.
struct Shared {
  std::string ca_certificate;
  std::string crl;
  wire::Bytes trust;
};

wire::Bytes first_trust_store(const Keys& keys, const crypto::Certificate& ca) {
  TrustStore store;
  store.version = 1;
  store.root_threshold = 1;
  store.release_threshold = 1;
  add(store.root_keys, keys.root.public_key());
  add(store.release_keys, keys.release.public_key());
  add(store.command_keys, keys.command.public_key());
  add(store.ca_hashes, ca.fingerprint());
  return crypto::sign_envelope(Role::Trust, wire::view(wire::encode(store)), {keys.root});
}

void add_authority(FileSet& files, const AuthorityFiles& layout, const InitRequest& request, const Keys& keys,
                   const Shared& shared) {
  files.add_public(layout.settings(), to_json({.fleet = request.fleet}));
  files.add_private(layout.ca_key(), keys.ca.to_pem());
  files.add_public(layout.ca_certificate(), shared.ca_certificate);
  files.add_public(layout.crl(), shared.crl);
  files.add_private(layout.root_key(), keys.root.to_pem());
  files.add_public(layout.root_public(), crypto::public_key_to_pem(keys.root.public_key()));
  files.add_private(layout.release_key("release"), keys.release.to_pem());
  files.add_public(layout.release_public("release"), crypto::public_key_to_pem(keys.release.public_key()));
  files.add_public(layout.trust(1), shared.trust);
}

void add_identity(FileSet& files, const fs::path& folder, const std::string& name, const SigningKey& key,
                  const crypto::Certificate& certificate) {
  files.add_private(folder / (name + ".key"), key.to_pem());
  files.add_public(folder / (name + ".crt"), certificate.to_pem());
}

void add_pi_identities(FileSet& files, const fs::path& folder, const std::string& broker_name,
                       const crypto::CertificateAuthority& ca) {
  const auto broker = SigningKey::generate();
  add_identity(files, folder, "broker", broker, broker_certificate(ca, broker.public_key(), broker_name));
  const auto images = SigningKey::generate();
  add_identity(files, folder, "https", images, image_server_certificate(ca, images.public_key(), broker_name));
  const auto daemon = SigningKey::generate();
  add_identity(files, folder, "daemon", daemon, daemon_certificate(ca, daemon.public_key()));
}

// `settings.folder` is where the Pi's folder will lie in the end.
void add_pi(FileSet& files, const fs::path& folder, const FleetSettings& fleet, const PiSettings& settings,
            const SigningKey& command, const Shared& shared) {
  files.add_public(folder / "ca.crt", shared.ca_certificate);
  files.add_public(folder / "crl.pem", shared.crl);
  files.add_public(folder / "trust.signed", shared.trust);
  files.add_private(folder / "command.key", command.to_pem());
  files.add_public(folder / "command.pub", crypto::public_key_to_pem(command.public_key()));
  files.add_public(folder / "mosquitto.conf", mosquitto_config(fleet, settings));
  files.add_public(folder / "acl", mosquitto_acl());
  files.add_public(folder / "flotillad.toml", daemon_config(fleet, settings));
  files.add_folder(folder / "broker");
  files.add_folder(folder / "data");
}

Result<Unit, Error> check(const InitRequest& request) {
  if (auto checked = check_settings(request.fleet); !checked) return checked;
  if (auto checked = check_id(request.operator_name, "the operator's name"); !checked) return checked;
  if (!request.bind_address.empty()) {
    if (auto checked = check_address(request.bind_address); !checked) return checked;
  }
  std::error_code ignored;
  if (fs::exists(request.folder, ignored) && !fs::is_empty(request.folder, ignored)) {
    return Error{ErrorCode::Conflict, fs::absolute(request.folder).string() + " is not empty; nothing was changed",
                 "name a new folder by --dir"};
  }
  return Unit{};
}

}  // namespace

Result<InitReport, Error> init_fleet(const InitRequest& request) {
  if (auto checked = check(request); !checked) return checked.error();
  const fs::path final_folder = absolute_folder(request.folder);
  const PiSettings pi{
      .folder = final_folder / "pi", .bind_address = request.bind_address, .broker_user = request.broker_user};
  const Keys keys;
  const auto ca = make_ca(request.fleet.product, keys.ca, request.now);
  const Shared shared{.ca_certificate = ca.certificate().to_pem(),
                      .crl = ca.empty_crl(),
                      .trust = first_trust_store(keys, ca.certificate())};

  FileSet files(final_folder);
  add_authority(files, {"authority"}, request, keys, shared);
  add_pi(files, "pi", request.fleet, pi, keys.command, shared);
  add_pi_identities(files, "pi", request.fleet.broker_name, ca);
  const auto person = SigningKey::generate();
  add_identity(files, "operator", request.operator_name, person,
               operator_certificate(ca, person.public_key(), request.operator_name));
  if (auto written = files.write(); !written) return written.error();
  return InitReport{final_folder};
}

}  // namespace flotilla::authority
