// HTTPS GET from the servers of the provisioning, one connection a request, driven by poll(). One thread.
#pragma once

#include <memory>
#include <string>

#include "firmware-esp/src/hal.h"
#include "firmware-esp/src/net/http_transfer.h"
#include "firmware-esp/virtual/tls_client.h"

namespace flotilla {

class HttpsDownload : public hal::Download {
 public:
  // The clock must outlive it.
  HttpsDownload(std::shared_ptr<const TlsIdentity> identity, TlsEndpoint endpoint, hal::Clock& clock);

  void begin(std::string_view path, std::uint32_t offset) override;
  hal::DownloadStatus poll(std::uint8_t* out, std::size_t capacity, std::size_t& received) override;
  int http_status() override { return transfer_.status(); }
  std::uint32_t total_size() override { return transfer_.total(); }
  void stop() override;

  [[nodiscard]] const TlsClient& connection() const { return tls_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }  // why it is Broken, for the log

 private:
  void send_request();
  void read_head();
  void skip();
  hal::DownloadStatus body(std::uint8_t* out, std::size_t capacity, std::size_t& received);
  hal::DownloadStatus finish(hal::DownloadStatus status, std::string problem = {});
  std::size_t next_bytes(std::uint8_t* out, std::size_t capacity);

  hal::Clock& clock_;
  std::string host_;
  std::uint16_t port_;
  TlsClient tls_;
  HttpTransfer transfer_;
  std::string request_;  // what has not been sent yet
  std::uint64_t last_moved_ = 0;
  hal::DownloadStatus status_ = hal::DownloadStatus::Broken;  // Pending while the request is in work
  std::string problem_;
};

}  // namespace flotilla
