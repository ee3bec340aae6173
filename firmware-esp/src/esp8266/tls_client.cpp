#include "firmware-esp/src/esp8266/tls_client.h"

#include "firmware-esp/src/esp8266/cpu_boost.h"

namespace flotilla {
namespace {

constexpr int kSmallInput = 1024;   // bytes a record
constexpr int kLargeInput = 16384;  // TLS's largest
constexpr int kOutput = 512;
constexpr std::uint32_t kSmallHeap = 10'000;   // bytes: 8.4 KB measured, and room for what goes on meanwhile
constexpr std::uint32_t kLargeHeap = 26'000;   // 23.8 KB likewise
constexpr std::uint32_t kSmallBlock = 4'096;   // the largest piece: BearSSL's context, 3.5 KB
constexpr std::uint32_t kLargeBlock = 17'000;  // the input buffer
constexpr unsigned long kReachMs = 1000;       // for the name, and for TCP
constexpr unsigned long kHandshakeMs = 15000;
constexpr unsigned long kStallMs = 1000;  // of an open connection that takes no bytes

}  // namespace

TlsClient::TlsClient(const Servers& servers, const TrustedTime& time) : servers_(servers), time_(time) {
  setSession(&session_);
  setSSLVersion(BR_TLS12, BR_TLS12);
}

void TlsClient::set_identity(const TlsIdentity& identity, std::uint16_t port) {
  port_ = port;
  has_identity_ = true;
  setTrustAnchors(&identity.anchor());
  setClientECCert(&identity.certificate(), &identity.key(), BR_KEYTYPE_SIGN, identity.issuer_key_type());
}

TlsClient::Outcome TlsClient::open() {
  // Without a name BearSSL would take any certificate of the authority.
  if (!has_identity_ || servers_.name.empty()) return Outcome::Refused;
  if (servers_.addresses.empty()) return Outcome::Unreachable;
  if (!reach(servers_.addresses[address_].c_str())) {
    address_ = (address_ + 1) % servers_.addresses.size();
    if (++tried_ < servers_.addresses.size()) return Outcome::NextAddress;
    tried_ = 0;
    return Outcome::Unreachable;
  }
  tried_ = 0;
  if (shake_hands()) return Outcome::Open;
  stop();
  return Outcome::Refused;
}

bool TlsClient::reach(const char* host) {
  IPAddress address;
  if (!WiFi.hostByName(host, address, kReachMs)) return false;
  setTimeout(kReachMs);
  return WiFiClient::connect(address, port_) != 0;
}

// The core's classes end the sketch where they get no memory, so it is asked for beforehand.
bool TlsClient::has_heap() const {
  return ESP.getFreeHeap() >= (small_ ? kSmallHeap : kLargeHeap) &&
         ESP.getMaxFreeBlockSize() >= (small_ ? kSmallBlock : kLargeBlock);
}

bool TlsClient::shake_hands() {
  if (!has_heap()) {
    // That the server needs full-size buffers may have been a mistake, or a stranger's doing: not for ever.
    small_ = true;
    return false;
  }
  const CpuBoost boost;
  setBufferSizes(small_ ? kSmallInput : kLargeInput, kOutput);
  setX509Time(static_cast<time_t>(time_.now()));
  setTimeout(kHandshakeMs);
  if (!_connectSSL(servers_.name.c_str())) {
    if (getLastSSLError() == BR_ERR_TOO_LARGE) small_ = false;
    session_ = BearSSL::Session();
    return false;
  }
  // Without the server's word a later record may be too large: the next connection is prepared for it.
  small_ = small_ && getMFLNStatus() != 0;
  setTimeout(kStallMs);
  return true;
}

}  // namespace flotilla
