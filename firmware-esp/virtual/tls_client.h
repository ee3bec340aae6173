// A TLS 1.2 client over non-blocking TCP, with a client certificate and the chip's small buffers, so BearSSL asks the
// server for fragments of 1024 bytes. Tries the addresses in turn; whoever answers must be `server_name`.
// Everything happens in poll(), read() and write(); one thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <bearssl.h>

#include "firmware-esp/src/hal.h"
#include "firmware-esp/virtual/tcp_socket.h"
#include "firmware-esp/virtual/tls_identity.h"
#include "firmware-esp/virtual/tls_records.h"

namespace flotilla {

struct TlsEndpoint {
  std::string server_name;             // as in the certificate's dNSName
  std::vector<std::string> addresses;  // host names or IPv4
  std::uint16_t port = 0;
};

class TlsClient {
 public:
  enum class State : std::uint8_t {
    Closed,
    Connecting,
    Handshaking,
    Open,         // read() and write() work
    Unreachable,  // no address could be reached by TCP
    Refused,      // TCP worked, the handshake did not
    Lost,         // was open; the server closed it, or a record was damaged
  };

  // The clock must outlive the client.
  TlsClient(std::shared_ptr<const TlsIdentity> identity, TlsEndpoint endpoint, hal::Clock& clock);

  void connect();  // ends a connection that is open
  void poll();     // moves what the socket takes and gives
  [[nodiscard]] State state() const { return state_; }
  // Moves up to `capacity` decrypted bytes; 0 when there are none now.
  std::size_t read(std::uint8_t* out, std::size_t capacity);
  // Takes what fits; what was taken is sent as the socket allows.
  std::size_t write(const std::uint8_t* bytes, std::size_t size);
  void close();  // drops the connection without a farewell, as a reset does

  [[nodiscard]] int fd() const { return socket_.fd(); }
  [[nodiscard]] bool wants_to_send() const;  // the socket's readiness to write matters
  [[nodiscard]] bool has_data() const;       // read() would give something
  // The largest record the server has sent on this connection, in bytes: what it made of our wish for small fragments.
  [[nodiscard]] std::size_t largest_record() const { return records_.largest(); }
  [[nodiscard]] const std::string& problem() const { return problem_; }  // of the last failure, for the log

 private:
  void connect_next();
  void start_handshake();
  void pump();
  bool send_records();  // both: something moved
  bool receive_records();
  void give_up(std::string problem);

  static constexpr std::size_t kFragment = 1024;
  static constexpr std::size_t kInputOverhead = 325;  // as BearSSL adds it for record header, IV, MAC and padding
  static constexpr std::size_t kOutputOverhead = 85;

  std::shared_ptr<const TlsIdentity> identity_;
  TlsEndpoint endpoint_;
  hal::Clock& clock_;
  TcpSocket socket_;
  State state_ = State::Closed;
  std::size_t address_ = 0;  // the one in use; kept over connects when it worked
  std::size_t tried_ = 0;
  bool reached_ = false;  // TCP worked for one of the addresses tried
  std::uint64_t deadline_ = 0;
  std::string problem_;
  TlsRecordMeter records_;
  br_ssl_client_context client_{};
  br_x509_minimal_context x509_{};
  std::array<std::uint8_t, kFragment + kInputOverhead> input_{};
  std::array<std::uint8_t, kFragment + kOutputOverhead> output_{};
};

}  // namespace flotilla
