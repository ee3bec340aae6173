// The trust envelope: role-separated ECDSA P-256 signatures over a payload, and thresholds of distinct keys (TUF section
// 5, RFC 9019 section 6). The hash and the signature check are handed in, so the daemon (OpenSSL) and the ESP (BearSSL)
// share every decision.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "common/bytes.h"
#include "common/digest.h"

namespace flotilla {

inline constexpr std::size_t kMaxRootKeys = 3;
inline constexpr std::size_t kMaxReleaseKeys = 3;
inline constexpr std::size_t kMaxCommandKeys = 2;
inline constexpr std::size_t kMaxCaHashes = 2;
inline constexpr std::size_t kMaxEnvelopeSignatures = 4;

// An uncompressed P-256 point: 0x04, X, Y (SEC 1, section 2.3.3).
struct PublicKey {
  std::array<std::uint8_t, 65> point{};
  friend bool operator==(const PublicKey& a, const PublicKey& b) { return a.point == b.point; }
};

// The first 8 bytes of SHA-256 over the 65 bytes of the public key.
struct KeyId {
  std::array<std::uint8_t, 8> bytes{};
  friend bool operator==(const KeyId& a, const KeyId& b) { return a.bytes == b.bytes; }
};

// r and s, 32 bytes each, big endian.
using SignatureBytes = std::array<std::uint8_t, 64>;

struct Signature {
  KeyId key_id;
  SignatureBytes rs{};
  friend bool operator==(const Signature& a, const Signature& b) { return a.key_id == b.key_id && a.rs == b.rs; }
};

// A decoded `Signed` message. The payload points into the buffer it was decoded from.
struct Envelope {
  ByteView payload;
  FixedVector<Signature, kMaxEnvelopeSignatures> signatures;
};

// What a signature is for. A signature for one role is worthless in another.
enum class Role : std::uint8_t { Manifest, Command, Trust };

// The text that is hashed before the payload, followed by one zero byte: "flotilla/v1/manifest", ...
inline constexpr std::size_t kMaxRole = 20;
using RoleText = FixedString<kMaxRole>;
[[nodiscard]] RoleText role_string(Role role);

// Hash and signature check, given by the platform. Not thread-safe unless the platform says so.
class TrustCrypto {
 public:
  virtual ~TrustCrypto() = default;
  // SHA-256 over the parts in order.
  virtual Digest sha256(const ByteView* parts, std::size_t count) = 0;
  // ECDSA P-256 over an already computed digest. false for every malformed input.
  virtual bool verify(const PublicKey& key, const Digest& digest, const SignatureBytes& rs) = 0;
};

// The digest that is signed: SHA-256(role string, 0x00, payload).
[[nodiscard]] Digest signing_digest(Role role, ByteView payload, TrustCrypto& crypto);
[[nodiscard]] KeyId key_id_of(const PublicKey& key, TrustCrypto& crypto);

enum class EnvelopeVerdict : std::uint8_t {
  Valid,
  UnknownKey,    // fewer distinct known keys than the threshold asks for
  BadSignature,  // a known key's signature does not fit
};

// Valid when at least `threshold` distinct keys of `keys` have signed. Signatures by unknown keys are passed over; a
// known key whose signature does not fit makes the whole envelope bad. A threshold of 0 is never reached.
[[nodiscard]] EnvelopeVerdict verify_envelope(Role role, const Envelope& envelope, const PublicKey* keys,
                                              std::size_t key_count, std::size_t threshold, TrustCrypto& crypto);

// The keys that count, as root keys have signed them (`Role::Trust`).
struct TrustStore {
  std::uint32_t version = 0;  // starts at 1; a successor is exactly one higher
  FixedVector<PublicKey, kMaxRootKeys> root_keys;
  std::uint8_t root_threshold = 0;
  FixedVector<PublicKey, kMaxReleaseKeys> release_keys;
  std::uint8_t release_threshold = 0;
  FixedVector<PublicKey, kMaxCommandKeys> command_keys;
  FixedVector<Digest, kMaxCaHashes> ca_hashes;  // SHA-256 of each CA certificate's DER
};

// Reachable thresholds and at least one key in each role.
[[nodiscard]] bool is_sound(const TrustStore& store);

[[nodiscard]] EnvelopeVerdict verify_manifest(const Envelope& envelope, const TrustStore& store, TrustCrypto& crypto);
[[nodiscard]] EnvelopeVerdict verify_command(const Envelope& envelope, const TrustStore& store, TrustCrypto& crypto);
// The first store, trusted because it was provisioned by hand, must at least be signed by its own roots.
[[nodiscard]] EnvelopeVerdict verify_trust(const Envelope& envelope, const TrustStore& store, TrustCrypto& crypto);

}  // namespace flotilla
