// One TLS connection without its socket: encrypted bytes in and out, plain bytes out and in. It writes many records into
// one buffer, so that small fragments (512 bytes for the ESP) do not cost a system call each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/ssl.h>

namespace flotilla::https {

// The server's side. One thread.
class TlsEngine {
 public:
  enum class Status : std::uint8_t { Done, WantInput, Closed, Failed };

  explicit TlsEngine(SSL_CTX* context);

  // Encrypted bytes from the network.
  void feed(const char* data, std::size_t size);
  // Encrypted bytes for the network replace the content of `out`.
  void take_output(std::vector<char>& out);

  [[nodiscard]] Status handshake();
  // On Done `got` is above 0.
  [[nodiscard]] Status read(char* out, std::size_t capacity, std::size_t& got);
  // After the handshake. false when the connection is broken.
  [[nodiscard]] bool write(std::string_view plain);
  void close_notify();

  // After the handshake: the only CN of the peer's certificate; empty where there is none or more than one.
  [[nodiscard]] std::string peer_common_name() const;
  // Why the last call failed, with the reason why the peer's certificate was refused.
  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  Status status_of(int result);

  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  std::unique_ptr<SSL, Free> ssl_;
  BIO* input_;  // both belong to ssl_
  BIO* output_;
  std::string error_;
};

}  // namespace flotilla::https
