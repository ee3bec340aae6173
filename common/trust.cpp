#include "common/trust.h"

#include "common/flash_text.h"

namespace flotilla {
namespace {

bool already_counted(const FixedVector<Signature, kMaxEnvelopeSignatures>& signatures, std::size_t index) {
  for (std::size_t i = 0; i < index; ++i) {
    if (signatures[i].key_id == signatures[index].key_id) return true;
  }
  return false;
}

const PublicKey* find_key(const KeyId& id, const PublicKey* keys, std::size_t count, TrustCrypto& crypto) {
  for (std::size_t i = 0; i < count; ++i) {
    if (key_id_of(keys[i], crypto) == id) return &keys[i];
  }
  return nullptr;
}

}  // namespace

RoleText role_string(Role role) {
  FlashText text = FLOTILLA_TEXT("flotilla/v1/trust");
  if (role == Role::Manifest) text = FLOTILLA_TEXT("flotilla/v1/manifest");
  if (role == Role::Command) text = FLOTILLA_TEXT("flotilla/v1/command");
  return to_ram<kMaxRole>(text);
}

Digest signing_digest(Role role, ByteView payload, TrustCrypto& crypto) {
  const RoleText text = role_string(role);
  const ByteView parts[] = {ByteView(std::string_view(text.c_str(), text.size() + 1)), payload};  // with its zero byte
  return crypto.sha256(parts, 2);
}

KeyId key_id_of(const PublicKey& key, TrustCrypto& crypto) {
  const ByteView part(key.point);
  const Digest digest = crypto.sha256(&part, 1);
  KeyId id;
  std::memcpy(id.bytes.data(), digest.bytes.data(), id.bytes.size());
  return id;
}

EnvelopeVerdict verify_envelope(Role role, const Envelope& envelope, const PublicKey* keys, std::size_t key_count,
                                std::size_t threshold, TrustCrypto& crypto) {
  const Digest digest = signing_digest(role, envelope.payload, crypto);
  std::size_t valid = 0;
  for (std::size_t i = 0; i < envelope.signatures.size(); ++i) {
    const auto& signature = envelope.signatures[i];
    const PublicKey* key = find_key(signature.key_id, keys, key_count, crypto);
    if (key == nullptr || already_counted(envelope.signatures, i)) continue;
    if (!crypto.verify(*key, digest, signature.rs)) return EnvelopeVerdict::BadSignature;
    ++valid;
  }
  return threshold > 0 && valid >= threshold ? EnvelopeVerdict::Valid : EnvelopeVerdict::UnknownKey;
}

bool is_sound(const TrustStore& store) {
  return store.version > 0 && store.root_threshold > 0 && store.root_threshold <= store.root_keys.size() &&
         store.release_threshold > 0 && store.release_threshold <= store.release_keys.size() &&
         !store.command_keys.empty() && !store.ca_hashes.empty();
}

EnvelopeVerdict verify_manifest(const Envelope& envelope, const TrustStore& store, TrustCrypto& crypto) {
  return verify_envelope(Role::Manifest, envelope, store.release_keys.begin(), store.release_keys.size(),
                         store.release_threshold, crypto);
}

EnvelopeVerdict verify_command(const Envelope& envelope, const TrustStore& store, TrustCrypto& crypto) {
  return verify_envelope(Role::Command, envelope, store.command_keys.begin(), store.command_keys.size(), 1, crypto);
}

EnvelopeVerdict verify_trust(const Envelope& envelope, const TrustStore& store, TrustCrypto& crypto) {
  return verify_envelope(Role::Trust, envelope, store.root_keys.begin(), store.root_keys.size(), store.root_threshold,
                         crypto);
}

}  // namespace flotilla
