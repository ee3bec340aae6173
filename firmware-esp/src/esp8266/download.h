// The download port: HTTPS GET with Range over a TLS connection of its own. Where there is no memory for two connections
// the broker's is given up for the time of the download. Connecting blocks as TlsClient::open() says, reading does not.
#pragma once

#include <array>

#include "firmware-esp/src/esp8266/mqtt.h"
#include "firmware-esp/src/esp8266/tls_client.h"
#include "firmware-esp/src/hal.h"
#include "firmware-esp/src/net/http_transfer.h"

namespace flotilla {

class EspDownload final : public hal::Download {
 public:
  // All must outlive it.
  EspDownload(const Servers& servers, TlsClient& tls, EspMqtt& mqtt, hal::Clock& clock)
      : servers_(servers), tls_(tls), mqtt_(mqtt), clock_(clock) {}
  void set_port(std::uint16_t port) { port_ = port; }

  void begin(std::string_view path, std::uint32_t offset) override;
  hal::DownloadStatus poll(std::uint8_t* out, std::size_t capacity, std::size_t& received) override;
  int http_status() override { return transfer_.status(); }
  std::uint32_t total_size() override { return transfer_.total(); }
  void stop() override;

 private:
  hal::DownloadStatus connect();
  bool ask();
  hal::DownloadStatus advance(std::uint8_t* out, std::size_t capacity, std::size_t& received);
  std::size_t read(std::uint8_t* out, std::size_t capacity);
  hal::DownloadStatus finish(hal::DownloadStatus status);

  const Servers& servers_;
  TlsClient& tls_;
  EspMqtt& mqtt_;
  hal::Clock& clock_;
  HttpTransfer transfer_;
  FixedString<kMaxPath> path_;
  std::uint32_t offset_ = 0;
  std::uint16_t port_ = 0;
  bool open_ = false;
  std::uint64_t moved_ms_ = 0;
  hal::DownloadStatus status_ = hal::DownloadStatus::Broken;  // Pending while the request is in work
};

}  // namespace flotilla
