// See fake_core.h.
#pragma once

#include <ESP8266WiFi.h>
#include <algorithm>

#include <BearSSLHelpers.h>

namespace BearSSL {

class WiFiClientSecureCtx : public WiFiClient {
 public:
  void setSession(Session*) { fake_core::core().session_given = true; }
  bool setSSLVersion(unsigned, unsigned) { return true; }
  void setTrustAnchors(const X509List*) {}
  void setClientECCert(const X509List*, const PrivateKey*, unsigned, unsigned) {}
  void setBufferSizes(int input, int) { fake_core::core().input_buffer = input; }
  void setX509Time(long long now) { fake_core::core().x509_time = now; }
  int getLastSSLError() { return fake_core::core().handshake_error; }
  int getMFLNStatus() { return fake_core::core().fragments_granted ? 1 : 0; }
  std::uint8_t connected() { return secured_ && fake_core::core().alive ? 1 : 0; }
  void stop() { secured_ = open_ = false; }
  int read(std::uint8_t* out, std::size_t size) {
    auto& bytes = fake_core::core().to_read;
    if (bytes.empty()) return connected() != 0 ? 0 : -1;
    const std::size_t count = std::min(size, bytes.size());
    std::copy_n(bytes.begin(), count, out);
    bytes.erase(0, count);
    return static_cast<int>(count);
  }
  std::size_t write(const std::uint8_t* bytes, std::size_t size) {
    fake_core::core().written.append(bytes, bytes + size);
    return size;
  }

 protected:
  bool _connectSSL(const char* name) {
    fake_core::core().demanded_name = name;
    secured_ = open_ && fake_core::core().handshake_works;
    return secured_;
  }

 private:
  bool secured_ = false;
};

}  // namespace BearSSL
