// The image server: HTTPS with client certificates, GET and HEAD of /v1/images/<sha256> and /v1/configs/<sha256>, to each
// device what it is ordered to fetch alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "common/result.h"
#include "daemon/core/error.h"
#include "daemon/https/access_table.h"
#include "daemon/https/image_source.h"

namespace flotilla::https {

struct ImageServerOptions {
  std::string bind = "0.0.0.0";
  std::uint16_t port = 8443;  // 0: any free one, see port()
  std::string certificate;    // PEM files: chain and key of the server
  std::string key;
  std::string ca;   // whose client certificates count
  std::string crl;  // read again when the file changes

  std::size_t max_connections = 512;           // further ones wait in the listen queue
  std::size_t max_connections_per_device = 8;  // further ones get 429
  std::size_t max_requests_per_connection = 256;
  std::size_t max_header_bytes = 4096;
  std::chrono::milliseconds handshake_timeout{15'000};
  std::chrono::milliseconds header_timeout{10'000};  // from a request's first byte to the end of its header
  std::chrono::milliseconds idle_timeout{30'000};    // between two requests
  std::chrono::milliseconds write_timeout{60'000};   // for each 32 KB
};

// Runs on one thread of its own. Access table and stocks must outlive it; no call comes after stop().
class ImageServer {
 public:
  ImageServer(ImageServerOptions options, const AccessTable& access, FileStock images, FileStock configs);
  ~ImageServer();
  ImageServer(const ImageServer&) = delete;
  ImageServer& operator=(const ImageServer&) = delete;

  // Reads the TLS files, binds and listens. The error names the file or the address.
  Result<Unit, Error> start();
  // Stops accepting, ends the connections, joins. Idempotent.
  void stop();

  [[nodiscard]] std::uint16_t port() const;  // of the bound socket, after start()

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace flotilla::https
