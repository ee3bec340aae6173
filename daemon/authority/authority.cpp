#include "daemon/authority/authority.h"

#include <limits>

#include "daemon/authority/file_set.h"
#include "daemon/authority/grammar.h"
#include "daemon/crypto/files.h"
#include "daemon/crypto/key_files.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;

Result<AuthorityState, Error> load_state(const AuthorityFiles& files) {
  auto text = crypto::read_file(files.settings());
  if (!text) return text.error();
  return from_json(*text, files.settings().string());
}

}  // namespace

Authority::Authority(AuthorityFiles files, AuthorityState state) : files_(std::move(files)), state_(std::move(state)) {}

Result<Authority, Error> Authority::open(const fs::path& path) {
  for (const AuthorityFiles& files : {AuthorityFiles{path / "authority"}, AuthorityFiles{path}}) {
    std::error_code ignored;
    if (!fs::exists(files.settings(), ignored)) continue;
    auto state = load_state(files);
    if (!state) return state.error();
    return Authority(files, *state);
  }
  return Error{ErrorCode::NotFound, "there is no authority in " + fs::absolute(path).string(),
               "name its folder by --authority or FLOTILLA_AUTHORITY, or make one: flotilla init --help"};
}

fs::path Authority::devices_folder() const { return absolute_folder(files_.folder).parent_path() / "devices"; }

Result<crypto::CertificateAuthority, Error> Authority::open_ca() const {
  auto pem = crypto::read_file(files_.ca_certificate());
  if (!pem) return pem.error();
  auto certificate = crypto::Certificate::from_pem(*pem, files_.ca_certificate().string());
  if (!certificate) return certificate.error();
  auto key = crypto::load_signing_key(files_.ca_key());
  if (!key) return key.error();
  return crypto::CertificateAuthority::open(*certificate, *key);
}

Result<crypto::SigningKey, Error> Authority::open_release_key(const std::string& name) const {
  if (auto checked = check_id(name, "the key's name"); !checked) return checked.error();
  auto key = crypto::load_signing_key(files_.release_key(name));
  if (!key && key.error().code == ErrorCode::NotFound) {
    return Error{ErrorCode::NotFound, "there is no release key " + name + " in " + files_.key_folder(name).string(),
                 "make it: flotilla release keygen " + name};
  }
  return key;
}

Result<crypto::SignedTrustStore, Error> Authority::trust() const { return crypto::load_trust_store(trust_file()); }

Result<Unit, Error> Authority::reload() {
  auto state = load_state(files_);
  if (!state) return state.error();
  state_ = std::move(*state);
  return Unit{};
}

Result<std::uint32_t, Error> Authority::take_release_counter(std::optional<std::uint32_t> wanted) {
  const auto lock = crypto::lock_folder(files_.folder);
  if (!lock) return lock.error();
  if (auto reloaded = reload(); !reloaded) return reloaded.error();
  const std::uint32_t counter = wanted.value_or(state_.next_release_counter);
  if (counter == 0 || counter == std::numeric_limits<std::uint32_t>::max()) {
    return Error{ErrorCode::InvalidArgument, "the release counter " + std::to_string(counter) + " cannot be",
                 "give one from 1 to 4294967294"};
  }
  if (counter < state_.next_release_counter) return counter;
  state_.next_release_counter = counter + 1;
  auto stored = crypto::replace_file(files_.settings(), to_json(state_), crypto::Access::Public);
  if (!stored) return stored.error();
  return counter;
}

}  // namespace flotilla::authority
