#include "firmware-esp/virtual/tls_client.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace flotilla {
namespace {

constexpr std::uint64_t kConnectMs = 3000;
constexpr std::uint64_t kHandshakeMs = 10000;

// ChaCha20 first: the chip has no AES instructions.
constexpr std::uint16_t kSuites[] = {
    BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
};

constexpr std::uint64_t kSecondsPerDay = 86400;
constexpr std::uint64_t kDaysBefore1970 = 719528;  // BearSSL counts from January 1st of the year 0

std::string describe(int error) {
  switch (error) {
    case BR_ERR_OK: return "closed by the server";
    case BR_ERR_X509_BAD_SERVER_NAME: return "the server's certificate is for another name";
    case BR_ERR_X509_NOT_TRUSTED: return "the server's certificate is not by our authority";
    case BR_ERR_X509_EXPIRED: return "the server's certificate is expired or not valid yet";
    case BR_ERR_TOO_LARGE: return "the server ignored the maximum fragment length";
    default: break;
  }
  if (error >= BR_ERR_RECV_FATAL_ALERT && error < BR_ERR_SEND_FATAL_ALERT) {
    return "the server refused with TLS alert " + std::to_string(error - BR_ERR_RECV_FATAL_ALERT);
  }
  return "BearSSL error " + std::to_string(error);
}

}  // namespace

TlsClient::TlsClient(std::shared_ptr<const TlsIdentity> identity, TlsEndpoint endpoint, hal::Clock& clock)
    : identity_(std::move(identity)), endpoint_(std::move(endpoint)), clock_(clock) {}

void TlsClient::connect() {
  close();
  problem_ = "no address is known";
  tried_ = 0;
  reached_ = false;
  connect_next();
}

void TlsClient::connect_next() {
  socket_.close();
  for (; tried_ < endpoint_.addresses.size(); ++tried_) {
    if (tried_ != 0) address_ = (address_ + 1) % endpoint_.addresses.size();
    if (socket_.connect(endpoint_.addresses[address_], endpoint_.port)) {
      ++tried_;
      state_ = State::Connecting;
      deadline_ = clock_.monotonic_ms() + kConnectMs;
      return;
    }
    problem_ = endpoint_.addresses[address_] + ": cannot be resolved or reached";
  }
  state_ = reached_ ? State::Refused : State::Unreachable;
}

void TlsClient::start_handshake() {
  reached_ = true;
  state_ = State::Handshaking;
  deadline_ = clock_.monotonic_ms() + kHandshakeMs;
  records_ = TlsRecordMeter();
  br_ssl_client_init_full(&client_, &x509_, &identity_->anchor(), 1);
  br_ssl_engine_set_suites(&client_.eng, kSuites, std::size(kSuites));
  br_ssl_engine_set_versions(&client_.eng, BR_TLS12, BR_TLS12);
  br_ssl_engine_set_buffers_bidi(&client_.eng, input_.data(), input_.size(), output_.data(), output_.size());
  br_ssl_client_set_single_ec(&client_, &identity_->certificate(), 1, &identity_->key(), BR_KEYTYPE_SIGN,
                              identity_->issuer_key_type(), br_ec_get_default(), br_ecdsa_sign_asn1_get_default());
  const std::uint64_t now = clock_.unix_seconds();
  br_x509_minimal_set_time(&x509_, static_cast<std::uint32_t>(now / kSecondsPerDay + kDaysBefore1970),
                           static_cast<std::uint32_t>(now % kSecondsPerDay));
  if (br_ssl_client_reset(&client_, endpoint_.server_name.c_str(), 0) == 0) {
    give_up(describe(br_ssl_engine_last_error(&client_.eng)));
  }
}

void TlsClient::poll() {
  if (state_ == State::Connecting) {
    const auto progress = socket_.connecting();
    if (progress == TcpSocket::Progress::Connected) {
      start_handshake();
    } else if (progress == TcpSocket::Progress::Failed || clock_.monotonic_ms() > deadline_) {
      give_up("no TCP connection");
    }
  }
  if (state_ != State::Handshaking && state_ != State::Open) return;
  pump();
  if (state_ != State::Handshaking) return;
  if ((br_ssl_engine_current_state(&client_.eng) & BR_SSL_SENDAPP) != 0) {
    state_ = State::Open;
  } else if (clock_.monotonic_ms() > deadline_) {
    give_up("the TLS handshake took too long");
  }
}

void TlsClient::pump() {
  bool moved = true;
  while (moved && socket_.fd() >= 0) {
    const unsigned engine = br_ssl_engine_current_state(&client_.eng);
    if (engine == BR_SSL_CLOSED) return give_up(describe(br_ssl_engine_last_error(&client_.eng)));
    moved = ((engine & BR_SSL_SENDREC) != 0 && send_records()) || ((engine & BR_SSL_RECVREC) != 0 && receive_records());
  }
}

bool TlsClient::send_records() {
  std::size_t size = 0;
  const unsigned char* bytes = br_ssl_engine_sendrec_buf(&client_.eng, &size);
  std::size_t moved = 0;
  const auto io = socket_.send(bytes, size, moved);
  if (io == TcpSocket::Io::Closed) give_up("the server closed the connection");
  if (io != TcpSocket::Io::Moved) return false;
  br_ssl_engine_sendrec_ack(&client_.eng, moved);
  return true;
}

bool TlsClient::receive_records() {
  std::size_t size = 0;
  unsigned char* buffer = br_ssl_engine_recvrec_buf(&client_.eng, &size);
  std::size_t moved = 0;
  const auto io = socket_.receive(buffer, size, moved);
  if (io == TcpSocket::Io::Closed) give_up("the server closed the connection");
  if (io != TcpSocket::Io::Moved) return false;
  records_.observe(buffer, moved);
  br_ssl_engine_recvrec_ack(&client_.eng, moved);
  return true;
}

std::size_t TlsClient::read(std::uint8_t* out, std::size_t capacity) {
  if (!has_data()) return 0;
  std::size_t size = 0;
  const unsigned char* bytes = br_ssl_engine_recvapp_buf(&client_.eng, &size);
  const std::size_t take = std::min(size, capacity);
  std::memcpy(out, bytes, take);
  br_ssl_engine_recvapp_ack(&client_.eng, take);
  return take;
}

std::size_t TlsClient::write(const std::uint8_t* bytes, std::size_t size) {
  std::size_t done = 0;
  while (state_ == State::Open && done < size) {
    std::size_t room = 0;
    unsigned char* buffer = br_ssl_engine_sendapp_buf(&client_.eng, &room);
    if (buffer == nullptr) break;
    const std::size_t take = std::min(room, size - done);
    std::memcpy(buffer, bytes + done, take);
    br_ssl_engine_sendapp_ack(&client_.eng, take);
    br_ssl_engine_flush(&client_.eng, 0);
    done += take;
    pump();
  }
  return done;
}

void TlsClient::close() {
  socket_.close();
  state_ = State::Closed;
}

bool TlsClient::wants_to_send() const {
  if (state_ == State::Connecting) return true;
  return (state_ == State::Handshaking || state_ == State::Open) &&
         (br_ssl_engine_current_state(&client_.eng) & BR_SSL_SENDREC) != 0;
}

bool TlsClient::has_data() const {
  return state_ == State::Open && (br_ssl_engine_current_state(&client_.eng) & BR_SSL_RECVAPP) != 0;
}

void TlsClient::give_up(std::string problem) {
  problem_ = endpoint_.addresses[address_] + ": " + std::move(problem);
  socket_.close();
  if (state_ == State::Open) {
    state_ = State::Lost;
  } else {
    connect_next();
  }
}

}  // namespace flotilla
