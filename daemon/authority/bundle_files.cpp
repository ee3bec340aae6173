#include "daemon/authority/bundle_files.h"

#include <algorithm>

#include "common/flash_map.h"
#include "daemon/bundle/bundle.h"
#include "daemon/crypto/files.h"
#include "daemon/crypto/signing_key.h"
#include "daemon/crypto/trust_crypto.h"
#include "daemon/crypto/trust_file.h"

namespace flotilla::authority {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxBundle = bundle::kHeaderSize + bundle::kMaxSignedManifest + flash_map::kImageMax;

bool is_release_key(const KeyId& id, const TrustStore& store, TrustCrypto& crypto) {
  return std::any_of(store.release_keys.begin(), store.release_keys.end(),
                     [&id, &crypto](const PublicKey& key) { return key_id_of(key, crypto) == id; });
}

}  // namespace

Result<std::string, Error> read_firmware(const fs::path& path) {
  return crypto::read_file(path, flash_map::kFlashSize);
}

Result<Unit, Error> check_new_bundle(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return Unit{};
  return Error{ErrorCode::Conflict, path.string() + " is there already; nothing was changed",
               "name another file by -o, or remove it"};
}

Result<Unit, Error> write_bundle(const fs::path& path, const std::string& bytes) {
  return crypto::create_file(path, bytes, crypto::Access::Public);
}

Result<BundleJudgement, Error> judge_bundle(const fs::path& bundle, const fs::path& trust) {
  const auto bytes = crypto::read_file(bundle, kMaxBundle);
  if (!bytes) return bytes.error();
  const auto parsed = bundle::parse_bundle(ByteView(*bytes), bundle.string());
  if (!parsed) return parsed.error();
  const auto store = crypto::load_trust_store(trust);
  if (!store) return store.error();

  BundleJudgement judgement{.manifest = parsed->manifest, .trust_version = store->store.version};
  crypto::OpenSslTrustCrypto crypto;
  for (const auto& signature : parsed->envelope.signatures) {
    judgement.signatures.push_back({.key_id = crypto::to_text(signature.key_id),
                                    .release_key = is_release_key(signature.key_id, store->store, crypto)});
  }
  if (auto verified = bundle::verify_bundle(*parsed, store->store, bundle.string()); !verified) {
    judgement.refusal = verified.error();
  }
  return judgement;
}

}  // namespace flotilla::authority
