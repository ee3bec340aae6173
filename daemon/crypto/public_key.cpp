#include "daemon/crypto/public_key.h"

#include <string_view>

#include <openssl/core_names.h>

namespace flotilla::crypto {
namespace {

constexpr char kCurve[] = "prime256v1";  // OpenSSL's name of P-256

}  // namespace

KeyPtr native_public_key(const PublicKey& key) {
  std::string curve = kCurve;
  PublicKey point = key;  // OSSL_PARAM wants bytes it could write to
  OSSL_PARAM params[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, curve.data(), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.point.data(), point.point.size()),
      OSSL_PARAM_construct_end(),
  };
  const KeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* native = nullptr;
  if (!context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &native, EVP_PKEY_PUBLIC_KEY, params) != 1) {
    return nullptr;
  }
  return KeyPtr(native);
}

bool read_public_key(const EVP_PKEY& native, PublicKey& out) {
  char curve[32] = {};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(&native, curve, sizeof curve, &size) != 1 || std::string_view(curve, size) != kCurve) {
    return false;
  }
  PublicKey key;
  if (EVP_PKEY_get_octet_string_param(&native, OSSL_PKEY_PARAM_PUB_KEY, key.point.data(), key.point.size(), &size) !=
          1 ||
      size != key.point.size() || key.point[0] != 0x04) {
    return false;
  }
  out = key;
  return true;
}

}  // namespace flotilla::crypto
